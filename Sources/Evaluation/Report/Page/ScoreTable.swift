/// All benchmarks' scores with their intervals, beside the published ones.
struct ScoreTable {
    let benchmarks: [BenchmarkSummary]

    private static let width = 280.0
    private static let inset = 12.0

    var html: Markup? {
        guard !benchmarks.isEmpty else { return "<p>The run has no benchmark.</p>" }
        return """
            <section aria-labelledby="scores-title">
            <h2 id="scores-title" class="offscreen">Scores</h2>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="scores-title">
            <table class="scores" role="table">
            <thead role="rowgroup"><tr role="row">
            <th scope="col" role="columnheader">Benchmark</th><th scope="col" role="columnheader" class="number">pass@1</th>
            <th scope="col" role="columnheader"><span class="offscreen">Intervals from 0 to 100</span>\(scale)</th>
            <th scope="col" role="columnheader" class="number">Published</th><th scope="col" role="columnheader" class="number">Difference</th>
            <th scope="col" role="columnheader" class="number">cons@k</th><th scope="col" role="columnheader" class="number">Truncated</th>
            <th scope="col" role="columnheader" class="number">Samples</th>
            </tr></thead>
            <tbody role="rowgroup">
            \(benchmarks.enumerated().map { row($0.offset, $0.element) })</tbody>
            </table>
            </div>
            \(legend)
            </section>
            """
    }

    private func row(_ index: Int, _ summary: BenchmarkSummary) -> Markup {
        let published = summary.published.first
        let truncated = Double(summary.rates.truncated) / Double(max(1, summary.rates.samples))
        return """
            <tr role="row"><th scope="row" role="rowheader"><a href="#b\(index)">\(summary.benchmark.title)</a>\(notes(summary))</th>
            <td class="number" role="cell" data-label="pass@1"><strong>\(summary.score.map { Figures.percent($0.passAt1) } ?? "—")</strong>\
            \(summary.score?.rerunError.map { " <small>\(Figures.plusMinus($0))</small>" as Markup })</td>
            <td class="plot" role="cell">\(whiskers(summary))</td>
            <td class="number" role="cell" data-label="published">\(published.map { Figures.fixed($0.published.passAt1) } ?? "—")</td>
            <td class="number" role="cell" data-label="difference">\(published.map { Figures.signedPercent($0.difference) } ?? "—")\
            \(published?.p.map { " <small>p \(Figures.probability($0))</small>" as Markup })</td>
            <td class="number" role="cell" data-label="cons@k">\(summary.votes.map { Figures.percent($0.consensus.value) } ?? "—")</td>
            <td class="number" role="cell" data-label="truncated">\(summary.rates.samples > 0 ? Figures.percent(truncated) + " %" : "—")</td>
            <td class="number" role="cell" data-label="samples">\(Figures.count(summary.questions.count)) × \(summary.samplesPerQuestion)</td></tr>

            """
    }

    private func notes(_ summary: BenchmarkSummary) -> Markup? {
        let notes = [
            summary.isPartial ? "partial" : nil, summary.benchmark.caveat.map { "not comparable: \($0)" },
        ].compactMap { $0 }
        return notes.isEmpty ? nil : "<br /><small>\(notes.joined(separator: "; "))</small>"
    }

    private func x(_ fraction: Double) -> Double { Self.inset + fraction * (Self.width - 2 * Self.inset) }

    private var scale: Markup {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1].map { value in
            "<text x=\"\(x(value))\" y=\"12\" text-anchor=\"middle\">\(Figures.percent(value, 0))</text>" as Markup
        }
        return """
            <svg class="whiskers" viewBox="0 0 \(Self.width) 16" width="\(Self.width)" height="16" aria-hidden="true">\
            \(ticks)</svg>
            """
    }

    private func whiskers(_ summary: BenchmarkSummary) -> Markup? {
        guard let score = summary.score else { return nil }
        let grid = [0.0, 0.25, 0.5, 0.75, 1].map { value in
            "<line class=\"grid\" x1=\"\(x(value))\" x2=\"\(x(value))\" y1=\"0\" y2=\"32\" />" as Markup
        }
        var label = "\(summary.benchmark.title): \(Figures.percent(score.passAt1))"
        var marks: Markup = ""
        if let interval = summary.questionInterval {
            label += ", for other questions \(Figures.range(interval))"
            marks += """
                <path class="whisker" d="M\(x(interval.low)) 11v10M\(x(interval.low)) 16H\(x(interval.high))\
                M\(x(interval.high)) 11v10" />
                """
        }
        if let interval = score.rerunInterval {
            label += ", for a rerun \(Figures.range(interval))"
            marks += """
                <rect class="band" x="\(x(interval.low))" y="9" width="\(x(interval.high) - x(interval.low))" \
                height="14" rx="2" />
                """
        }
        if let published = summary.published.first?.published {
            label += "; published \(Figures.fixed(published.passAt1))"
            let center = x(published.passAt1 / 100)
            marks += "<path class=\"published\" d=\"M\(center) 0l3.5 4l-3.5 4l-3.5 -4z\" />"
        }
        marks += "<circle class=\"dot\" cx=\"\(x(score.passAt1))\" cy=\"16\" r=\"3.5\" />"
        return """
            <svg class="whiskers" viewBox="0 0 \(Self.width) 32" width="\(Self.width)" height="32" role="img">\
            <title>\(label)</title>\(grid)\(marks)</svg>
            """
    }

    private var legend: Markup {
        """
        <p class="legend"><span><svg width="34" height="14" aria-hidden="true"><path class="whisker" d="M2 3v8M2 7H32M32 \
        3v8" /><circle class="dot" cx="17" cy="7" r="4" /></svg> pass@1, 95 % for other questions of the kind</span> \
        <span><svg width="24" height="16" aria-hidden="true"><rect class="band" x="1" y="1" width="22" height="14" rx="2" \
        /></svg> 95 % for a rerun of the same questions</span> \
        <span><svg width="14" height="14" aria-hidden="true"><path class="published" d="M7 2l4.5 5l-4.5 5l-4.5 -5z" \
        /></svg> published; the axis goes from 0 to 100</span></p>
        """
    }
}
