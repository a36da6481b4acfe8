import JSON

extension RunFolder {
    /// Reports on the samples that there are, and keeps the report as `report.json`, `report.md` and `report.html`.
    package func report(_ catalog: BenchmarkCatalog, showsQuestions: Bool = false) throws -> Report {
        let report = Report(run: try load(catalog), showsQuestions: showsQuestions)
        try write(Array((report.json.serialized(pretty: true) + "\n").utf8), to: "report.json")
        try write(Array(report.markdown.utf8), to: "report.md")
        try write(Array(report.html.utf8), to: "report.html")
        return report
    }
}
