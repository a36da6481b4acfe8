/// Rows of a terminal for a table: columns as wide as their cells, narrowed and wrapped where they do not fit.
struct TableLayout {
    private static let separator = " │ "
    private static let least = 3

    private let table: MarkdownTable
    private let cells: [[[Span]]]
    private let widths: [Int]
    private let width: Int

    init(_ table: MarkdownTable, width: Int) {
        self.table = table
        self.width = width
        let cells = table.rows.map { row in row.map { InlineMarkdown.spans($0, isOpen: false) } }
        var widths = table.alignments.indices.map { column in
            max(1, cells.map { StyledLine($0[column]).width }.max() ?? 1)
        }
        // The widest column gives way first.
        var excess = widths.reduce(0, +) + (widths.count - 1) * Self.separator.count - width
        while excess > 0, let widest = widths.max(), widest > Self.least, let index = widths.firstIndex(of: widest) {
            let second = widths.filter { $0 < widest }.max() ?? Self.least
            let step = min(excess, max(1, widest - max(second, Self.least)))
            widths[index] -= step
            excess -= step
        }
        self.cells = cells
        self.widths = widths
    }

    var rows: [StyledLine] {
        let fits = widths.reduce(0, +) + (widths.count - 1) * Self.separator.count <= width
        return fits ? grid : list
    }

    private var grid: [StyledLine] {
        var result: [StyledLine] = []
        let isWrapped = cells.contains { row in
            zip(row, widths).contains { StyledLine($0).width > $1 }
        }
        for (index, row) in cells.enumerated() {
            let columns = zip(row, widths).map { spans, width in
                Wrapping(width: width).rows(spans)
            }
            for line in 0..<(columns.map(\.count).max() ?? 0) {
                result.append(gridLine(columns.map { line < $0.count ? $0[line] : StyledLine() }, isHeader: index == 0))
            }
            if index == 0 || (isWrapped && index < cells.count - 1) {
                let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "─┼─")
                result.append(StyledLine(rule, .dim))
            }
        }
        return result
    }

    private func gridLine(_ parts: [StyledLine], isHeader: Bool) -> StyledLine {
        var line = StyledLine()
        for (column, part) in parts.enumerated() {
            if column > 0 { line.append(Self.separator, .dim) }
            let space = max(0, widths[column] - part.width)
            let before =
                switch table.alignments[column] {
                case .left: 0
                case .centre: space / 2
                case .right: space
                }
            line.append(String(repeating: " ", count: before))
            for span in part.spans { line.append(span.text, isHeader ? span.style.adding(.bold) : span.style) }
            if column < parts.count - 1 { line.append(String(repeating: " ", count: space - before)) }
        }
        return line
    }

    /// For a terminal too narrow for the columns: each row as lines of header and cell.
    private var list: [StyledLine] {
        var result: [StyledLine] = []
        for (index, row) in cells.enumerated().dropFirst() {
            if index > 1 { result.append(StyledLine()) }
            for (header, cell) in zip(cells[0], row) {
                let title = header.map { Span($0.text, $0.style.adding(.bold)) } + [Span(": ", .bold)]
                result += Wrapping(width: width, others: "  ").rows(title + cell)
            }
        }
        return result
    }
}
