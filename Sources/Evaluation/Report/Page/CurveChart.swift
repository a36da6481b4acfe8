internal import RealModule

/// pass@k and cons@k by the number of samples.
struct CurveChart {
    let summary: BenchmarkSummary
    let anchor: String

    private struct Line {
        let name: String
        let style: String
        let points: [CurvePoint]
    }

    var html: Markup? {
        let lines = [
            Line(name: "pass", style: "pass", points: summary.bestOf),
            Line(name: "cons", style: "cons", points: summary.votes?.curve ?? []),
        ].filter { $0.points.count > 1 }
        guard !lines.isEmpty else { return nil }
        return """
            <figure>
            <figcaption>Score by samples of each question</figcaption>
            <svg class="chart" viewBox="0 0 440 262" role="img" aria-labelledby="\(anchor)-curves">\
            <title id="\(anchor)-curves">\(description(lines))</title>
            \(drawing(lines))</svg>
            <p class="legend"><span><svg width="30" height="14" aria-hidden="true"><path class="line pass" d="M1 7H29" />\
            <circle class="pass" cx="15" cy="7" r="3.5" /></svg> pass@k: one of k is right</span> \
            \(summary.votes.map { _ in consensusLegend })</p>
            </figure>
            """
    }

    private var consensusLegend: Markup {
        """
        <span><svg width="30" height="14" aria-hidden="true"><path class="line cons" d="M1 7H29" />\
        <rect class="cons" x="11.5" y="3.5" width="7" height="7" /></svg> cons@k: most agree on the right one</span>
        """
    }

    private func description(_ lines: [Line]) -> String {
        lines.map { line in
            line.points.map { "\(line.name)@\($0.size) \(Figures.percent($0.value))" }.joined(separator: ", ")
        }.joined(separator: "; ")
    }

    private func drawing(_ lines: [Line]) -> [Markup] {
        let values = lines.flatMap { $0.points.map(\.value) }
        let low = ((values.min() ?? 0) * 10).rounded(.down) / 10
        let high = max(low + 0.1, ((values.max() ?? 1) * 10 - 1e-9).rounded(.up) / 10)
        let most = lines.flatMap { $0.points.map(\.size) }.max() ?? 1
        let x = ChartScale(low: 0, high: Double.log2(Double(most)), start: 44, end: 362)
        let y = ChartScale(low: low, high: high, start: 232, end: 14)
        var marks: [Markup] = y.ticks(5).map { value in
            """
            <line class="grid" x1="44" x2="362" y1="\(y(value))" y2="\(y(value))" />\
            <text x="38" y="\(y(value) + 4)" text-anchor="end">\(Figures.percent(value, 0))</text>

            """
        }
        for point in lines[0].points {
            let place = x(Double.log2(Double(point.size)))
            marks.append("<text x=\"\(place)\" y=\"250\" text-anchor=\"middle\">\(point.size)</text>\n")
        }
        let ends = labelPlaces(lines, y)
        for (line, end) in zip(lines, ends) {
            let places = line.points.map { (x: x(Double.log2(Double($0.size))), y: y($0.value), point: $0) }
            let path = places.enumerated().map {
                "\($0.offset == 0 ? "M" : "L")\($0.element.x) \($0.element.y)" as Markup
            }
            let dots = places.map { place in
                let title = "\(line.name)@\(place.point.size): \(Figures.percent(place.point.value))"
                return line.style == "cons"
                    ? """
                    <rect class="cons" x="\(place.x - 3.5)" y="\(place.y - 3.5)" width="7" height="7"><title>\(title)\
                    </title></rect>
                    """ as Markup
                    : "<circle class=\"pass\" cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"3.5\"><title>\(title)</title></circle>"
            }
            marks.append(
                """
                <path class="line \(line.style)" d="\(path)" />\(dots)\
                <text class="end" x="370" y="\(end)">\(line.name) \(Figures.percent(line.points.last?.value ?? 0))</text>

                """)
        }
        return marks
    }

    /// Where the lines' names stand: at their ends, but apart.
    private func labelPlaces(_ lines: [Line], _ y: ChartScale) -> [Double] {
        let ends = lines.map { y($0.points.last?.value ?? 0) + 4 }
        guard ends.count == 2, (ends[0] - ends[1]).magnitude < 15 else { return ends }
        let middle = (ends[0] + ends[1]) / 2
        return ends[0] <= ends[1] ? [middle - 7.5, middle + 7.5] : [middle + 7.5, middle - 7.5]
    }
}
