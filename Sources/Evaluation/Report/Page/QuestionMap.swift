/// Every question with what became of its samples: a row each where they are few, else a column each.
struct QuestionMap {
    let summary: BenchmarkSummary
    let anchor: String

    private static let rowLimit = 80
    private static let columnLimit = 2000

    private static let order: [Outcome] = [.right, .wrong, .truncated]

    var html: Markup? {
        guard !summary.questions.isEmpty else { return nil }
        let isRows = summary.questions.count <= Self.rowLimit
        return """
            <h3 id="\(anchor)-questions">Questions</h3>
            \(LegendOfOutcomes.html)
            \(isRows ? rows : columns)
            """
    }

    private var rows: Markup {
        let rows = summary.questions.map { question in
            """
            <tr><th scope="row">\(question.question.id)</th>\
            <td class="strip">\(strip(question))</td>\
            <td class="number">\(question.count(.right))<span class="offscreen"> right</span></td>\
            <td class="number">\(question.count(.truncated))<span class="offscreen"> truncated</span></td>\
            <td class="number">\(question.mean.map { Figures.percent($0, 0) } ?? "—")</td></tr>

            """ as Markup
        }
        return """
            <table class="questions" aria-labelledby="\(anchor)-questions">
            <thead><tr><th scope="col">question</th><th scope="col">its \(summary.samplesPerQuestion) samples</th>\
            <th scope="col" class="number">right</th><th scope="col" class="number">cut</th>\
            <th scope="col" class="number">%</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            """
    }

    private func strip(_ question: QuestionOutcome) -> Markup {
        let width = max(summary.samplesPerQuestion, question.samples.count)
        let gap = width > 1 ? 0.12 : 0
        var place = 0
        var marks = Self.order.map { outcome in
            let top = outcome == .truncated ? 0.5 : 0
            let path = (0..<question.count(outcome)).map { index in
                "M\(place + index) \(top)h\(1 - gap)V1h-\(1 - gap)z" as Markup
            }
            place += path.count
            return path.isEmpty ? "" : "<path class=\"\(outcome.rawValue)\" d=\"\(path)\" />" as Markup
        }
        if place < width {
            let path = (place..<width).map { "M\($0) 0h\(1 - gap)V1h-\(1 - gap)z" as Markup }
            marks.append("<path class=\"missing\" d=\"\(path)\" />")
        }
        return """
            <svg viewBox="0 0 \(width) 1" preserveAspectRatio="none" aria-hidden="true">\(marks)</svg>
            """
    }

    /// From the easiest to the hardest, in lines of equal length.
    private var columns: Markup {
        let sorted = summary.questions.enumerated().sorted {
            ($1.element.mean ?? -1, $0.offset) < ($0.element.mean ?? -1, $1.offset)
        }.map(\.element)
        let stride = (sorted.count + Self.columnLimit - 1) / Self.columnLimit
        let drawn = sorted.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
        let perLine = drawn.count > 600 ? 200 : 100
        let lines = (drawn.count + perLine - 1) / perLine
        let height = 46.0
        let step = 1000 / Double(perLine)
        var marks: Markup = ""
        for (place, question) in drawn.enumerated() {
            let x = Double(place % perLine) * step
            let bottom = Double(place / perLine) * (height + 8) + height
            marks += "<g><title>\(title(question))</title>\(column(question, x, bottom, step * 0.84, height))</g>\n"
        }
        let note =
            stride > 1
            ? " One in \(stride) is drawn: \(Figures.count(drawn.count)) of \(Figures.count(sorted.count))." : ""
        let total = Double(lines) * (height + 8) - 8
        return """
            <p class="soft">A column for each question, from the easiest to the hardest, line by line.\(note)</p>
            <svg class="columns" viewBox="0 0 1000 \(total)" role="img" aria-labelledby="\(anchor)-questions-title">\
            <title id="\(anchor)-questions-title">\(spread)</title>
            \(marks)</svg>
            <p class="soft">\(spread)</p>
            """
    }

    private var spread: String {
        let means = summary.questions.compactMap(\.mean)
        let all = means.count { $0 == 1 }
        let none = means.count { $0 == 0 }
        return "\(Figures.plural(means.count, "question")): \(Figures.count(all)) always right, "
            + "\(Figures.count(means.count - all - none)) sometimes, \(Figures.count(none)) never."
    }

    private func title(_ question: QuestionOutcome) -> String {
        "\(question.question.id): \(question.count(.right)) of \(question.samples.count) right, "
            + "\(question.count(.truncated)) truncated"
    }

    private func column(
        _ question: QuestionOutcome, _ x: Double, _ bottom: Double, _ width: Double, _ height: Double
    ) -> [Markup] {
        let unit = height / Double(max(summary.samplesPerQuestion, question.samples.count))
        var y = bottom
        let known = Self.order.map { ($0.rawValue, question.count($0)) }
        let missing = max(0, summary.samplesPerQuestion - question.samples.count)
        return (known + [("missing", missing)]).filter { $0.1 > 0 }.map { name, count in
            let size = Double(count) * unit
            y -= size
            return "<rect class=\"\(name)\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(size)\" />"
        }
    }
}
