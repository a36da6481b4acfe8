/// Finds the letter of the option that an answer chooses.
struct ChoiceAnswer: Sendable, Equatable {
    /// Which rule found it; each rule is tried before the next, and its last finding counts.
    enum Rule: String, Sendable, CaseIterable {
        /// `Answer: B`, `**Answer: B**`, `答案：B`, `"answer": "B"`.
        case line
        /// `\boxed{B}`.
        case boxed
        /// "the answer is (B)", 答案是B, 故选B.
        case stated
        /// `(B)` at the end.
        case end
        /// The letter and nothing else.
        case bare
    }

    /// From A.
    var letter: String
    var rule: Rule

    /// nil where the answer chooses none of the first `count` letters.
    init?(in content: String, options count: Int) {
        guard let (index, rule) = Self.find(in: content, count: count) else { return nil }
        letter = MultipleChoice.letters[index]
        self.rule = rule
    }

    /// The first `Answer: X` with nothing but spaces and a dollar sign between, as simple-evals takes it.
    static func literal(in content: String, options count: Int) -> String? {
        var scanner = ByteScanner(content)
        for position in scanner.positions(behind: "answer") {
            scanner.position = position
            scanner.skip([" ", "\t"])
            guard scanner.take(":") else { continue }
            scanner.skip([" ", "\t"])
            _ = scanner.take("$")
            if let next = scanner.next, let index = index(next, count) {
                return MultipleChoice.letters[index]
            }
        }
        return nil
    }

    private static func find(in content: String, count: Int) -> (Int, Rule)? {
        var scanner = ByteScanner(content)
        let markers = (["answer", "答案", "正确选项"] as [StaticString]).flatMap(scanner.positions).sorted()
        for position in markers.reversed() {
            scanner.position = position
            scanner.skip(decorations)
            guard scanner.skip([":", "："]) else { continue }
            if let index = letter(&scanner, count, isProse: false) { return (index, .line) }
        }
        for position in scanner.positions(behind: "boxed").reversed() {
            scanner.position = position
            if let index = letter(&scanner, count, isProse: false) { return (index, .boxed) }
        }
        let choosing = (["选"] as [StaticString]).flatMap(scanner.positions)
        for position in (markers + choosing).sorted().reversed() {
            scanner.position = position
            scanner.skip(decorations)
            guard scanner.skip(["is", "应为", "应是", "应该是", "是", "为", "择", "项", ":", "："]) || choosing.contains(position)
            else { continue }
            scanner.skip(decorations)
            scanner.skip(["option ", "choice ", "选项"], ignoringCase: true)
            if let index = letter(&scanner, count, isProse: true) { return (index, .stated) }
        }
        let end = LatexText.trimmed(content.filter { $0 != "*" && $0 != "$" })
        if let index = bracketed(end, count) { return (index, .end) }
        scanner = ByteScanner(end)
        if let index = letter(&scanner, count, isProse: true), scanner.position == scanner.bytes.count {
            return (index, .bare)
        }
        return nil
    }

    /// What may stand between a marker and the letter.
    private static let decorations: [StaticString] = [
        " ", "\t", "\n", "\r", "*", "_", "`", "\"", "'", "$", "(", "[", "{", "（", "【", "“", "‘", "「", "\\(", "\\[",
        "\\boxed",
        "\\fbox", "\\textbf", "\\text", "\\mathrm", "\\mathbf", "\\bf", "\\rm", "\u{00A0}", "\u{3000}",
    ]

    /// A letter that stands alone. In prose only a capital counts, and "A" or "I" before a word is none.
    private static func letter(_ scanner: inout ByteScanner, _ count: Int, isProse: Bool) -> Int? {
        scanner.skip(decorations)
        guard let index = fullWidth(&scanner, count) ?? ascii(&scanner, count, allowsSmall: !isProse) else {
            return nil
        }
        if let next = scanner.next, next.isWord || next == UInt8(ascii: "'") { return nil }
        if isProse, index == 0 || index == 8, scanner.next == 0x20, scanner.position + 1 < scanner.bytes.count,
            scanner.bytes[scanner.position + 1].isWord
        {
            return nil
        }
        return index
    }

    private static func ascii(_ scanner: inout ByteScanner, _ count: Int, allowsSmall: Bool) -> Int? {
        guard let byte = scanner.next else { return nil }
        guard allowsSmall || byte.lowercased != byte, let index = index(byte, count) else { return nil }
        scanner.position += 1
        return index
    }

    /// `Ａ`, as Chinese and Japanese keyboards have it.
    private static func fullWidth(_ scanner: inout ByteScanner, _ count: Int) -> Int? {
        let letters: [StaticString] = ["Ａ", "Ｂ", "Ｃ", "Ｄ", "Ｅ", "Ｆ", "Ｇ", "Ｈ", "Ｉ", "Ｊ"]
        return letters.prefix(count).firstIndex { scanner.take($0) }
    }

    private static func index(_ byte: UInt8, _ count: Int) -> Int? {
        let index = Int(byte.lowercased) - Int(UInt8(ascii: "a"))
        return (0..<count).contains(index) ? index : nil
    }

    /// The letter of a text that ends in `(B)`.
    private static func bracketed(_ text: String, _ count: Int) -> Int? {
        let end = text.suffix(3)
        guard end.count == 3, let open = end.first, let close = end.last, "(（[".contains(open), ")）]".contains(close)
        else { return nil }
        return MultipleChoice.letters.prefix(count).firstIndex(of: String(end.dropFirst().dropLast()))
    }
}
