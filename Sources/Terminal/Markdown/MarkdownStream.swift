/// Cuts Markdown that arrives in pieces into blocks: those that nothing can change any more, and the open rest.
///
/// The blocks of a text do not depend on how it was cut into pieces. Memory and time per piece are bounded: a line of
/// more than `lineLimit` bytes and a block of more than `blockLimit` are cut.
package struct MarkdownStream: Sendable {
    private enum Open: Sendable {
        case none
        case paragraph([String])
        case item(depth: Int, marker: String, lines: [String])
        case quotation([String])
        case table(MarkdownTable)
        case code(fence: Character, length: Int, indentation: Int, CodeHighlighter)
        case formula(end: String, lines: [String])
    }

    private static let lineLimit = 4096
    private static let blockLimit = 16384
    private static let tableRows = 200

    private var open = Open.none
    private var openBytes = 0
    private var line = ""
    private var settled: [MarkdownBlock] = []
    private var lastWasBlank = true
    /// Indentations of the list items around the next line, outermost first.
    private var indentations: [Int] = []

    package init() {}

    /// Blocks of a whole text.
    package static func blocks(_ text: String) -> [MarkdownBlock] {
        var stream = MarkdownStream()
        stream.append(text)
        stream.finish()
        return stream.takeSettled()
    }

    /// Appends text that is harmless already (`Sanitizer`).
    package mutating func append(_ text: String) {
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                endLine()
            } else {
                line.unicodeScalars.append(scalar)
                if line.utf8.count >= Self.lineLimit { endLine() }
            }
        }
    }

    /// Ends the text; what is open is settled.
    package mutating func finish() {
        if !line.isEmpty { endLine() }
        close()
        if settled.last == .blank { settled.removeLast() }
    }

    /// The blocks settled since the last call.
    package mutating func takeSettled() -> [MarkdownBlock] {
        // A blank line shows only once something follows it.
        let keeps = settled.last == .blank
        let blocks = keeps ? Array(settled.dropLast()) : settled
        settled = keeps ? [.blank] : []
        return blocks
    }

    /// What the rest would be if the text ended here.
    package var rest: [MarkdownBlock] {
        var copy = self
        copy.finish()
        return copy.settled
    }

    // MARK: Lines

    private mutating func endLine() {
        let ended = line
        line = ""
        read(ended)
        openBytes += ended.utf8.count
        if openBytes > Self.blockLimit, !isInCode { close() }
    }

    private var isInCode: Bool {
        if case .code = open { true } else { false }
    }

    private mutating func settle(_ block: MarkdownBlock) {
        if block == .blank, lastWasBlank { return }
        lastWasBlank = block == .blank
        settled.append(block)
    }

    private mutating func read(_ line: String) {
        switch open {
        case .code(let fence, let length, let indentation, var highlighter):
            let trimmed = line.trimmed
            if trimmed.count >= length, trimmed.allSatisfy({ $0 == fence }) { return close() }
            let spaces = line.prefix { $0 == " " }.count
            settle(.code(highlighter.spans(String(line.dropFirst(min(indentation, spaces))).expandingTabs)))
            open = .code(fence: fence, length: length, indentation: indentation, highlighter)
        case .formula(let end, var lines):
            lines.append(line)
            open = .formula(end: end, lines: lines)
            if line.contains(end) { close() }
        case .table(var table) where line.contains("|"):
            table.append(line)
            open = .table(table)
            if table.rows.count > Self.tableRows { close() }
        default: readText(line.expandingTabs)
        }
    }

    private mutating func readText(_ line: String) {
        let trimmed = line.trimmed
        let indentation = line.prefix { $0 == " " }.count
        if trimmed.isEmpty {
            close()
            return settle(.blank)
        }
        if openTable(with: trimmed) { return }
        if let fence = Fence(trimmed) {
            close()
            settle(.codeStart(language: fence.language))
            open = .code(
                fence: fence.sign, length: fence.length, indentation: indentation,
                CodeHighlighter(language: fence.language))
        } else if let level = Self.headingLevel(trimmed) {
            close()
            indentations = []
            settle(.heading(level: level, text: Self.headingText(trimmed, level)))
        } else if Self.isRule(trimmed) {
            close()
            indentations = []
            settle(.rule)
        } else if openFormula(trimmed) {
            return
        } else if trimmed.hasPrefix(">") {
            let text = String(trimmed.dropFirst().drop { $0 == " " })
            if case .quotation(let lines) = open {
                open = .quotation(lines + [text])
            } else {
                close()
                open = .quotation([text])
            }
        } else if let (marker, text) = Self.listItem(trimmed) {
            close()
            open = .item(depth: depth(of: indentation), marker: marker, lines: [text])
        } else {
            continueText(trimmed, indentation)
        }
    }

    private mutating func continueText(_ text: String, _ indentation: Int) {
        switch open {
        case .paragraph(let lines): open = .paragraph(lines + [text])
        case .item(let depth, let marker, let lines): open = .item(depth: depth, marker: marker, lines: lines + [text])
        default:
            close()
            if indentation >= 2, !indentations.isEmpty {
                while indentations.count > 1, indentations[indentations.count - 1] >= indentation {
                    indentations.removeLast()
                }
                open = .item(depth: indentations.count - 1, marker: "", lines: [text])
            } else {
                indentations = []
                open = .paragraph([text])
            }
        }
    }

    /// The depth of an item with this indentation among those before it.
    private mutating func depth(of indentation: Int) -> Int {
        while let last = indentations.last, last > indentation { indentations.removeLast() }
        if indentations.isEmpty || indentation >= indentations[indentations.count - 1] + 2 {
            indentations.append(indentation)
        }
        return indentations.count - 1
    }

    /// A delimiter row below a paragraph's last line makes both a table.
    private mutating func openTable(with line: String) -> Bool {
        guard case .paragraph(var lines) = open, let header = lines.last,
            let table = MarkdownTable(header: header, delimiters: line)
        else { return false }
        lines.removeLast()
        open = .paragraph(lines)
        close()
        open = .table(table)
        return true
    }

    private mutating func openFormula(_ line: String) -> Bool {
        guard let (start, end) = [("\\[", "\\]"), ("$$", "$$")].first(where: { line.hasPrefix($0.0) }) else {
            return false
        }
        let inner = line.dropFirst(start.count)
        // With words behind it, the formula is part of a paragraph.
        if inner.contains(end), !inner.hasSuffix(end) { return false }
        close()
        open = .formula(end: end, lines: [String(inner)])
        if inner.contains(end) { close() }
        return true
    }

    private mutating func close() {
        let closed = open
        open = .none
        openBytes = 0
        switch closed {
        case .none: break
        case .paragraph(let lines):
            if !lines.isEmpty { settle(.paragraph(lines.joined(separator: "\n"))) }
        case .item(let depth, let marker, let lines):
            settle(.item(depth: depth, marker: marker, text: lines.joined(separator: "\n")))
        case .quotation(let lines): settle(.quotation(lines.joined(separator: "\n")))
        case .table(let table): settle(.table(table))
        case .code: settle(.codeEnd)
        case .formula(let end, let lines):
            var text = lines.joined(separator: "\n").trimmed
            if text.hasSuffix(end) { text.removeLast(end.count) }
            settle(.formula(text))
        }
    }

    // MARK: Marks at a line's beginning

    private struct Fence {
        var sign: Character
        var length: Int
        var language: String

        init?(_ line: String) {
            guard let first = line.first, first == "`" || first == "~" else { return nil }
            sign = first
            length = line.prefix { $0 == first }.count
            let rest = line.dropFirst(length)
            guard length >= 3, !(first == "`" && rest.contains("`")) else { return nil }
            language = String(rest.trimmed.prefix { !$0.isWhitespace })
        }
    }

    private static func headingLevel(_ line: String) -> Int? {
        let level = line.prefix { $0 == "#" }.count
        return (1...6).contains(level) && line.dropFirst(level).first == " " ? level : nil
    }

    private static func headingText(_ line: String, _ level: Int) -> String {
        var text = line.dropFirst(level).trimmed
        if let hash = text.lastIndex(where: { $0 != "#" }), text.hasSuffix("#"), text[hash] == " " {
            text = text[..<hash].trimmed
        }
        return text
    }

    private static func isRule(_ line: String) -> Bool {
        guard let first = line.first, "-*_".contains(first) else { return false }
        let signs = line.filter { $0 != " " }
        return signs.count >= 3 && signs.allSatisfy { $0 == first }
    }

    private static func listItem(_ line: String) -> (marker: String, text: String)? {
        guard let first = line.first else { return nil }
        if "-*+".contains(first), line.dropFirst().first == " " {
            let text = line.dropFirst(2).trimmed
            if text.hasPrefix("[ ] ") { return ("☐", String(text.dropFirst(4))) }
            if text.lowercased().hasPrefix("[x] ") { return ("☑", String(text.dropFirst(4))) }
            return ("•", text)
        }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard (1...9).contains(digits.count) else { return nil }
        let rest = line.dropFirst(digits.count)
        guard let sign = rest.first, sign == "." || sign == ")", rest.dropFirst().first == " " else { return nil }
        return ("\(digits)\(sign)", rest.dropFirst(2).trimmed)
    }
}

extension String {
    /// With each tab as four spaces.
    fileprivate var expandingTabs: String { contains("\t") ? replacing("\t", with: "    ") : self }
}
