internal import Terminal

/// What stands on the screen above the live rows, so that it can be drawn again in another width.
struct Transcript: Sendable {
    enum Entry: Sendable {
        case question(String)
        /// Told by the chat itself; each text is wrapped.
        case notice([String], Style)
        case thought(String)
        case answer([MarkdownBlock])
        case blank
    }

    /// More entries than any screen holds are forgotten.
    private static let limit = 2000
    static let prompt = StyledLine("> ", Style(colour: .green, bold: true))
    static let thoughtMargin = StyledLine("│ ", .dim)

    private var entries: [Entry] = []

    /// Adds an entry; returns its rows.
    mutating func append(_ entry: Entry, width: Int) -> [StyledLine] {
        // Blank rows do not add up.
        if case .blank = entry, case .blank? = entries.last { return [] }
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(Self.limit / 2) }
        return Self.rows(entry, width: width)
    }

    /// The last rows of all.
    func lastRows(_ count: Int, width: Int) -> [StyledLine] {
        var result: [StyledLine] = []
        for entry in entries.reversed() where result.count < count {
            result = Self.rows(entry, width: width) + result
        }
        return result.suffix(max(0, count))
    }

    private static func rows(_ entry: Entry, width: Int) -> [StyledLine] {
        switch entry {
        case .blank: return [StyledLine()]
        case .question(let text):
            return EditorLayout(Array(text), cursor: 0, prompt: prompt, width: width, height: .max).rows
        case .notice(let texts, let style):
            return texts.flatMap { Wrapping(width: width).rows([Span($0, style)]) }
        case .thought(let text):
            var running = RunningText(width: width, style: .dim, margin: thoughtMargin)
            running.append(text)
            return running.rows
        case .answer(let blocks): return MarkdownRenderer(width: width).rows(blocks)
        }
    }
}
