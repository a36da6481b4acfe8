internal import JSON

/// What a run found, for people and for programs.
package struct Report: Sendable {
    let manifest: JSONObject
    let model: String
    let benchmarks: [BenchmarkSummary]
    /// Whether the page shows texts of benchmarks whose authors ask that they stay out of plain view.
    let showsQuestions: Bool

    /// - Parameter showsQuestions: whether the page shows texts of benchmarks whose authors ask that they stay out of
    ///   plain view.
    package init(run: Run, showsQuestions: Bool = false) {
        manifest = run.manifest
        model = run.model
        benchmarks = run.benchmarks.map { [model] in BenchmarkSummary($0, model: model) }
        self.showsQuestions = showsQuestions
    }

    /// What the run wants its reader to know.
    var notes: [String] { manifest["notes"]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// The members of the manifest that say something and are not told elsewhere.
    var settings: [(path: String, value: String)] {
        manifest.leaves.filter { !["null", "[]", ""].contains($0.value) && !["model", "notes"].contains($0.path) }
    }

    /// Whether samples are missing.
    package var isPartial: Bool { benchmarks.contains(where: \.isPartial) }
}

extension Run {
    /// As the manifest has it.
    var model: String { manifest["model"]?.stringValue ?? "unnamed model" }
}
