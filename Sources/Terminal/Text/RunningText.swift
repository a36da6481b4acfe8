/// Plain text that grows, wrapped once per line: the rows of a chain of thought.
package struct RunningText: Sendable {
    /// A line longer than this is cut, so that wrapping it again and again stays cheap.
    private static let lineLimit = 4096

    private let width: Int
    private let style: Style
    private let margin: StyledLine
    private var ended: [StyledLine] = []
    private var line = ""

    /// - Parameter margin: stands before each row.
    package init(width: Int, style: Style, margin: StyledLine) {
        self.width = width
        self.style = style
        self.margin = margin
    }

    /// Appends harmless text.
    package mutating func append(_ text: String) {
        for scalar in text.unicodeScalars {
            if scalar == "\n" || line.utf8.count > Self.lineLimit {
                ended += rows(of: line)
                line = ""
            }
            if scalar != "\n" { line.unicodeScalars.append(scalar == "\t" ? " " : scalar) }
        }
    }

    package var rows: [StyledLine] { line.isEmpty ? ended : ended + rows(of: line) }

    /// The last rows alone.
    package func lastRows(_ count: Int) -> [StyledLine] {
        let last = line.isEmpty ? [] : rows(of: line)
        return Array((ended.suffix(count) + last).suffix(count))
    }

    private func rows(of line: String) -> [StyledLine] {
        Wrapping(width: width, first: margin, others: margin).rows([Span(line, style)])
    }
}
