/// A table's cells as Markdown text.
package struct MarkdownTable: Hashable, Sendable {
    package enum Alignment: Hashable, Sendable {
        case left, centre, right
    }

    package var alignments: [Alignment]
    /// The first one is the header; each as long as `alignments`.
    package var rows: [[String]]

    /// nil where the second line is no delimiter row that fits the header's.
    init?(header: String, delimiters: String) {
        let marks = Self.cells(delimiters)
        guard delimiters.contains("-"), delimiters.contains("|") || marks.count == 1, header.contains("|") else {
            return nil
        }
        alignments = []
        for mark in marks {
            let dashes = mark.drop { $0 == ":" }.prefix { $0 == "-" }
            guard !dashes.isEmpty, mark.allSatisfy({ $0 == "-" || $0 == ":" }) else { return nil }
            alignments.append(mark.hasSuffix(":") ? (mark.hasPrefix(":") ? .centre : .right) : .left)
        }
        let cells = Self.cells(header)
        guard cells.count == alignments.count else { return nil }
        rows = [cells]
    }

    /// Adds a row, cut or filled to the header's length.
    mutating func append(_ line: String) {
        let cells = Self.cells(line).prefix(alignments.count)
        rows.append(cells + Array(repeating: "", count: alignments.count - cells.count))
    }

    /// The cells between bars; a bar behind a backslash or in code is text.
    private static func cells(_ line: String) -> [String] {
        var cells = [""]
        var isEscaped = false
        var isCode = false
        for character in line.trimmed {
            if isEscaped {
                cells[cells.count - 1].append(contentsOf: character == "|" ? "|" : "\\\(character)")
                isEscaped = false
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "|" where !isCode: cells.append("")
            default:
                if character == "`" { isCode.toggle() }
                cells[cells.count - 1].append(character)
            }
        }
        if isEscaped { cells[cells.count - 1].append("\\") }
        if cells.count > 1, cells[0].trimmed.isEmpty { cells.removeFirst() }
        if cells.count > 1, cells[cells.count - 1].trimmed.isEmpty { cells.removeLast() }
        return cells.map(\.trimmed)
    }
}
