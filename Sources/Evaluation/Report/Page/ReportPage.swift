internal import JSON

/// The report as one page that needs no network and no script.
struct ReportPage {
    let report: Report

    var html: Markup {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Evaluation of \(report.model)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <header>
        <p class="kicker">Evaluation</p>
        <h1>\(report.model)</h1>
        <p class="soft">\(subtitle)</p>
        \(notes)\(navigation)
        </header>
        \(ScoreTable(benchmarks: report.benchmarks).html)
        \(report.benchmarks.enumerated().map { section($0.offset, $0.element) })
        \(settings)
        </main>
        </body>
        </html>

        """
    }

    private var subtitle: String {
        let samples = report.benchmarks.reduce(0) { $0 + $1.rates.samples }
        let tokens = report.benchmarks.reduce(0) { $0 + $1.tokens.generated }
        var parts = [
            Figures.plural(report.benchmarks.count, "benchmark"), Figures.plural(samples, "sample"),
            "\(Figures.short(Double(tokens))) generated tokens",
        ]
        if let started = report.manifest["started"]?.stringValue, !started.isEmpty {
            parts.append("started \(started)")
        }
        return parts.joined(separator: " · ")
    }

    private var navigation: Markup? {
        guard report.benchmarks.count > 1 else { return nil }
        let links = report.benchmarks.enumerated().map { index, summary in
            "<li><a href=\"#b\(index)\">\(summary.benchmark.title)</a></li>" as Markup
        }
        return "<nav aria-label=\"Benchmarks\"><ul>\(links)</ul></nav>"
    }

    private func section(_ index: Int, _ summary: BenchmarkSummary) -> Markup {
        """
        <section id="b\(index)" aria-labelledby="b\(index)-title">
        <h2 id="b\(index)-title">\(summary.benchmark.title)\(badge(summary))</h2>
        \(BenchmarkTiles(summary: summary).html)
        <ul class="notes">\(summary.sentences.map { "<li>\($0)</li>" as Markup })</ul>
        \(QuestionMap(summary: summary, anchor: "b\(index)").html)
        <div class="charts">
        \(LengthChart(summary: summary, anchor: "b\(index)").html)
        \(CurveChart(summary: summary, anchor: "b\(index)").html)
        </div>
        <div class="charts">\(GroupTables(summary: summary).html)</div>
        \(TokenTable(rows: summary.tokens.rows).html)
        \(SampleBrowser(summary: summary, anchor: "b\(index)", showsTexts: showsTexts(summary)).html)
        </section>

        """
    }

    private func badge(_ summary: BenchmarkSummary) -> Markup? {
        summary.isPartial ? " <span class=\"badge\">partial</span>" : nil
    }

    private func showsTexts(_ summary: BenchmarkSummary) -> Bool {
        report.showsQuestions || !summary.benchmark.asksForDiscretion
    }

    private var notes: Markup? {
        guard !report.notes.isEmpty else { return nil }
        return "<ul class=\"notes\">\(report.notes.map { "<li>\($0)</li>" as Markup })</ul>\n"
    }

    private var settings: Markup? {
        guard !report.settings.isEmpty else { return nil }
        let rows = report.settings.map { path, value in
            "<tr><th scope=\"row\">\(path)</th><td>\(value)</td></tr>\n" as Markup
        }
        return """
            <section aria-labelledby="settings-title">
            <h2 id="settings-title">How it was run</h2>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="settings-title">
            <table class="settings">
            <thead><tr><th scope="col">member</th><th scope="col">value</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            </div>
            </section>
            """
    }
}

extension Benchmark {
    /// Whether its authors ask that questions stay out of plain view, lest models learn them.
    fileprivate var asksForDiscretion: Bool { name.hasPrefix("gpqa") }
}

extension Report {
    /// One self-contained page.
    package var html: String { ReportPage(report: self).html.text }
}
