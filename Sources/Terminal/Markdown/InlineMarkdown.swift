/// The spans of a paragraph's text: emphasis, code, links as text, formulas.
///
/// Where the text is still being written (`isOpen`), a mark that nothing closes yet counts as closed at the end.
struct InlineMarkdown {
    private enum Mark: Hashable {
        case strong, emphasis, struck
    }

    private struct Opened {
        var mark: Mark
        /// Where its closing delimiter stands; the end of the text where that is still to come.
        var end: Int
        var length: Int
    }

    static let formula = Style(colour: .cyan)
    static let code = Style(colour: .yellow)
    static let link = Style(colour: .blue, underlined: true)

    private let text: [Character]
    private let isOpen: Bool
    private lazy var closingBraces = Self.matchingBraces(text)
    private var index = 0
    private var line = StyledLine()
    private var opened: [Opened] = []
    /// By delimiter where it was found last, or up to where it is not.
    private var searches: [String: (found: Int?, limit: Int)] = [:]

    static func spans(_ text: String, isOpen: Bool) -> [Span] {
        var parser = InlineMarkdown(text: Array(text), isOpen: isOpen)
        parser.parse()
        return parser.line.spans
    }

    private init(text: [Character], isOpen: Bool) {
        self.text = text
        self.isOpen = isOpen
    }

    private var style: Style {
        var style = Style.plain
        for opened in opened {
            switch opened.mark {
            case .strong: style.isBold = true
            case .emphasis: style.isItalic = true
            case .struck: style.isStruck = true
            }
        }
        return style
    }

    private mutating func parse() {
        while index < text.count {
            if let last = opened.last, index == last.end {
                index += last.length
                opened.removeLast()
                continue
            }
            switch text[index] {
            case "\\": backslash()
            case "`": codeSpan()
            case "*", "_", "~": emphasis()
            case "[": link(isImage: false)
            case "!" where character(at: index + 1) == "[": link(isImage: true)
            case "<": automaticLink()
            case "$": dollars()
            default: plain(1)
            }
        }
    }

    private func character(at position: Int) -> Character? {
        text.indices.contains(position) ? text[position] : nil
    }

    private func startsWith(_ delimiter: String, at position: Int) -> Bool {
        text[position...].prefix(delimiter.count).elementsEqual(delimiter)
    }

    private mutating func plain(_ count: Int) {
        line.append(String(text[index..<min(text.count, index + count)]), style)
        index += count
    }

    /// Where a delimiter closes something next. Parsing only goes forward, so the last search of each delimiter is kept,
    /// which makes all searches together linear.
    private mutating func find(_ delimiter: String, from start: Int, accepts: (Int) -> Bool = { _ in true }) -> Int? {
        let limit = opened.last?.end ?? text.count
        var position = start
        if let last = searches[delimiter] {
            if let found = last.found {
                if found >= start { return found < limit ? found : nil }
            } else if last.limit >= limit {
                return nil
            } else {
                position = max(start, last.limit)
            }
        }
        while position < limit {
            if text[position] == delimiter.first, startsWith(delimiter, at: position), accepts(position) {
                searches[delimiter] = (position, limit)
                return position
            }
            position += 1
        }
        searches[delimiter] = (nil, limit)
        return nil
    }

    // MARK: Code

    private mutating func codeSpan() {
        var length = 1
        while character(at: index + length) == "`" { length += 1 }
        let fence = String(repeating: "`", count: length)
        let start = index + length
        let end = find(fence, from: start) { [text] position in
            position + length >= text.count || text[position + length] != "`"
        }
        guard let end = end ?? (isOpen && opened.isEmpty ? text.count : nil) else { return plain(length) }
        var content = String(text[start..<end])
        if content.count > 2, content.hasPrefix(" "), content.hasSuffix(" ") {
            content = String(content.dropFirst().dropLast())
        }
        line.append(content, style.adding(Self.code))
        index = end + length
    }

    // MARK: Emphasis

    private mutating func emphasis() {
        let sign = text[index]
        let isDouble = character(at: index + 1) == sign
        let length = isDouble ? 2 : 1
        let after = character(at: index + length)
        let before = character(at: index - 1)
        let isIntraword = sign == "_" && before.map { $0.isLetter || $0.isNumber } == true
        guard let after, !after.isWhitespace, !isIntraword, sign != "~" || isDouble else {
            // A run that opens nothing is passed as a whole: "****" shall not be tried from each of its signs.
            var run = 1
            while character(at: index + run) == sign { run += 1 }
            return plain(run)
        }
        let delimiter = String(repeating: sign, count: length)
        let end = find(delimiter, from: index + length + 1) { [text] position in
            guard !text[position - 1].isWhitespace else { return false }
            let next = position + length < text.count ? text[position + length] : nil
            if sign == "_", let next, next.isLetter || next.isNumber { return false }
            return isDouble || (next != sign && text[position - 1] != sign)
        }
        guard let end = end ?? (isOpen && opened.isEmpty && isDouble ? text.count : nil) else { return plain(length) }
        opened.append(Opened(mark: sign == "~" ? .struck : isDouble ? .strong : .emphasis, end: end, length: length))
        index += length
    }

    // MARK: Links

    /// `[text](address)`: the text, and the address behind it where the text does not show it.
    private mutating func link(isImage: Bool) {
        let start = index + (isImage ? 2 : 1)
        guard let close = find("]", from: start), character(at: close + 1) == "(",
            let end = find(")", from: close + 2), end - close < 2048
        else { return plain(isImage ? 2 : 1) }
        let label = String(text[start..<close])
        let address = String(text[(close + 2)..<end].prefix { $0 != " " })
        line.append(label.isEmpty ? address : label, style.adding(Self.link))
        if !label.isEmpty, label != address { line.append(" (\(address))", style.adding(.dim)) }
        index = end + 1
    }

    private mutating func automaticLink() {
        guard ["http://", "https://", "mailto:"].contains(where: { startsWith($0, at: index + 1) }),
            let end = find(">", from: index + 1), !text[index..<end].contains(where: \.isWhitespace)
        else { return plain(1) }
        line.append(String(text[(index + 1)..<end]), style.adding(Self.link))
        index = end + 1
    }

    // MARK: Formulas and escapes

    private mutating func backslash() {
        switch character(at: index + 1) {
        case "(": formula(from: index + 2, to: "\\)")
        case "[": formula(from: index + 2, to: "\\]")
        case "b" where startsWith("\\boxed{", at: index): boxed()
        case let next? where next.isASCII && (next.isPunctuation || next.isSymbol):
            line.append(String(next), style)
            index += 2
        default: plain(1)
        }
    }

    private mutating func formula(from start: Int, to delimiter: String) {
        guard let end = find(delimiter, from: start) ?? (isOpen && opened.isEmpty ? text.count : nil) else {
            return plain(2)
        }
        line.appendFormula(String(text[start..<end]), style)
        index = end + delimiter.count
    }

    /// `\boxed{…}` outside of a formula, up to its own closing brace.
    private mutating func boxed() {
        guard let end = closingBraces[index + 6] ?? (isOpen ? text.count - 1 : nil) else { return plain(1) }
        line.appendFormula(String(text[index...end]), style)
        index = end + 1
    }

    /// By the place of an opening brace that of the one that closes it.
    private static func matchingBraces(_ text: [Character]) -> [Int: Int] {
        var opened: [Int] = []
        var result: [Int: Int] = [:]
        for (index, character) in text.enumerated() {
            if character == "{" { opened.append(index) }
            if character == "}", let start = opened.popLast() { result[start] = index }
        }
        return result
    }

    /// `$…$` as pandoc reads it: no space inside the dollars and no digit behind them.
    private mutating func dollars() {
        if character(at: index + 1) == "$" {
            guard let end = find("$$", from: index + 2) else { return plain(2) }
            line.appendFormula(String(text[(index + 2)..<end]), style)
            index = end + 2
            return
        }
        guard let after = character(at: index + 1), !after.isWhitespace else { return plain(1) }
        let end = find("$", from: index + 2) { [text] position in
            guard !text[position - 1].isWhitespace, text[position - 1] != "\\" else { return false }
            return position + 1 >= text.count || !text[position + 1].isNumber
        }
        guard let end, !text[index..<end].contains("\n") else { return plain(1) }
        line.appendFormula(String(text[(index + 1)..<end]), style)
        index = end + 1
    }
}

extension StyledLine {
    /// A formula; what it puts into a box stands out.
    mutating func appendFormula(_ tex: String, _ style: Style) {
        var boxes = 0
        for character in MathText.plain(tex) {
            if character == "⟦" { boxes += 1 }
            append(String(character), style.adding(InlineMarkdown.formula).adding(boxes > 0 ? .bold : .plain))
            if character == "⟧" { boxes -= 1 }
        }
    }
}
