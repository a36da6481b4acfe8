/// How long the reasoning was and what became of it: a stacked histogram, below it the share that was right.
struct LengthChart {
    let summary: BenchmarkSummary
    let anchor: String

    private static let bins = 36
    private static let stack: [Outcome] = [.right, .wrong, .truncated]

    var html: Markup? {
        let samples = summary.questions.flatMap(\.samples)
        let hasReasoning = samples.contains { $0.reasoningTokens > 0 }
        let lengths = samples.map { (hasReasoning ? $0.reasoningTokens : $0.completionTokens, $0.outcome) }
        guard let longest = lengths.map(\.0).max(), longest > 0 else { return nil }
        let width = ChartScale.roundStep(Double(longest) / Double(Self.bins))
        let count = Int(Double(longest) / width) + 1
        var bins = Array(repeating: [Outcome: Int](), count: count)
        for (length, outcome) in lengths {
            if let outcome { bins[Int(Double(length) / width)][outcome, default: 0] += 1 }
        }
        let what = hasReasoning ? "reasoning" : "answer"
        return """
            <figure>
            <figcaption>Tokens of the \(what), and what became of it</figcaption>
            <svg class="chart" viewBox="0 0 440 262" role="img" aria-labelledby="\(anchor)-lengths">\
            <title id="\(anchor)-lengths">Tokens of the \(what). \(description)</title>
            \(drawing(bins, width))</svg>
            \(LegendOfOutcomes.html)
            </figure>
            """
    }

    private var description: String {
        summary.tokens.rows.filter { $0.part == .reasoning }.map {
            "\($0.outcome?.rawValue ?? "all"): mean \(Figures.count($0.distribution.mean))"
        }.joined(separator: ", ")
    }

    private func drawing(_ bins: [[Outcome: Int]], _ width: Double) -> [Markup] {
        let most = bins.map { $0.values.reduce(0, +) }.max() ?? 1
        let x = ChartScale(low: 0, high: Double(bins.count) * width, start: 40, end: 432)
        let y = ChartScale(low: 0, high: Double(max(1, most)), start: 168, end: 10)
        let share = ChartScale(low: 0, high: 1, start: 232, end: 188)
        var marks: [Markup] = y.ticks(5).filter { $0 == $0.rounded() }.map { value in
            """
            <line class="grid" x1="40" x2="432" y1="\(y(value))" y2="\(y(value))" />\
            <text x="34" y="\(y(value) + 4)" text-anchor="end">\(Figures.short(value))</text>

            """
        }
        for value in [0, 0.5, 1] {
            marks.append(
                """
                <line class="grid" x1="40" x2="432" y1="\(share(value))" y2="\(share(value))" />\
                <text x="34" y="\(share(value) + 4)" text-anchor="end">\(Figures.percent(value, 0))</text>

                """)
        }
        for value in x.ticks(5) {
            marks.append(
                "<text x=\"\(x(value))\" y=\"250\" text-anchor=\"middle\">\(Figures.short(value))</text>\n")
        }
        let barWidth = x(width) - x(0) - 1
        for (index, bin) in bins.enumerated() where !bin.isEmpty {
            let left = x(Double(index) * width) + 0.5
            let total = bin.values.reduce(0, +)
            let right = Double(bin[.right] ?? 0) / Double(total)
            var level = 0
            var bars: Markup = ""
            for outcome in Self.stack {
                guard let count = bin[outcome] else { continue }
                let (bottom, top) = (y(Double(level)), y(Double(level + count)))
                level += count
                bars += """
                    <rect class="\(outcome.rawValue)" x="\(left)" y="\(top)" width="\(barWidth)" \
                    height="\(bottom - top)" />
                    """
            }
            let span = "\(Figures.count(Double(index) * width)) to \(Figures.count(Double(index + 1) * width)) tokens"
            marks.append(
                """
                <g><title>\(span): \(Figures.plural(total, "sample")), \(Figures.percent(right, 0)) % right</title>\
                \(bars)<circle class="dot" cx="\(left + barWidth / 2)" cy="\(share(right))" r="3" /></g>

                """)
        }
        marks.append("<text x=\"432\" y=\"184\" text-anchor=\"end\">share right, %</text>")
        return marks
    }
}
