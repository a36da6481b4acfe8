/// Finds the final answer in what a model wrote, in time that grows with its length.
struct BoxedAnswer: Sendable, Equatable {
    /// Which rule found it.
    enum Rule: String, Sendable, CaseIterable {
        /// The last `\boxed{…}`.
        case boxed
        /// "The final answer is $…$. I hope it is correct."
        case minerva
        /// "The answer is …", 答案是….
        case stated
        /// The last number of the text.
        case lastNumber = "last_number"
    }

    var text: String
    var rule: Rule

    /// nil where there is none. The last number counts only where `isLenient`.
    init?(in content: String, isLenient: Bool = false) {
        let scanner = ByteScanner(content)
        if let boxed = Self.lastBox(scanner) {
            self.init(text: boxed, rule: .boxed)
        } else if let stated = Self.minerva(scanner) {
            self.init(text: stated, rule: .minerva)
        } else if let stated = Self.stated(scanner) {
            self.init(text: stated, rule: .stated)
        } else if isLenient, let number = Self.lastNumber(scanner) {
            self.init(text: number, rule: .lastNumber)
        } else {
            return nil
        }
    }

    private init(text: String, rule: Rule) {
        self.text = text
        self.rule = rule
    }

    /// The content of the last `\boxed{…}` or `\fbox{…}` that is closed, or the word behind a bare `\boxed`.
    private static func lastBox(_ scanner: ByteScanner) -> String? {
        var scanner = scanner
        // The opening braces that are not closed yet, and whether a box begins with them.
        var open: [(position: Int, isBox: Bool)] = []
        var last: Range<Int>?
        func found(_ range: Range<Int>) {
            if range.lowerBound >= last?.lowerBound ?? 0 { last = range }
        }
        while let byte = scanner.next {
            if byte == UInt8(ascii: "\\"), scanner.take("\\boxed") || scanner.take("\\fbox") {
                if let next = scanner.next, next.isWord { continue }
                while let next = scanner.next, next.isSpace { scanner.position += 1 }
                if scanner.take("{") {
                    open.append((scanner.position, true))
                } else {
                    let start = scanner.position
                    while let next = scanner.next, !next.isSpace, !"${}".utf8.contains(next) { scanner.position += 1 }
                    if scanner.position > start { found(start..<scanner.position) }
                }
                continue
            }
            scanner.position += 1
            switch byte {
            case UInt8(ascii: "\\"): scanner.position += 1
            case UInt8(ascii: "{"): open.append((scanner.position, false))
            case UInt8(ascii: "}"):
                if let (start, isBox) = open.popLast(), isBox { found(start..<scanner.position - 1) }
            default: break
            }
        }
        return last.map(scanner.text)
    }

    /// What stands between "final answer is" and the hope that it is correct.
    private static func minerva(_ scanner: ByteScanner) -> String? {
        guard let end = scanner.positions(behind: "i hope it is correct").last.map({ $0 - 20 }) else { return nil }
        guard let start = scanner.positions(behind: "final answer is").last(where: { $0 < end }) else { return nil }
        return stripped(scanner.text(start..<end))
    }

    /// What follows the last "answer is" or its like, up to the end of the sentence.
    private static func stated(_ scanner: ByteScanner) -> String? {
        let openings: [StaticString] = ["answer is", "答案是", "答案为", "答案:", "答案："]
        guard let start = openings.flatMap(scanner.positions).max() else { return nil }
        var end = start
        while end < scanner.bytes.count, scanner.bytes[end] != UInt8(ascii: "\n") {
            let isStop = scanner.bytes[end] == UInt8(ascii: ".")
            if isStop, end + 1 == scanner.bytes.count || scanner.bytes[end + 1].isSpace { break }
            end += 1
        }
        let text = scanner.text(start..<end)
        return stripped(String(text.prefix { $0 != "。" }))
    }

    private static func stripped(_ text: String) -> String? {
        var part = text[...]
        while let first = part.first, first.isWhitespace || ":：*$".contains(first) { part = part.dropFirst() }
        while let last = part.last, last.isWhitespace || ".*$".contains(last) { part = part.dropLast() }
        return part.isEmpty ? nil : String(part)
    }

    private static func lastNumber(_ scanner: ByteScanner) -> String? {
        let bytes = scanner.bytes
        let isDigit = { (byte: UInt8) in UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        guard let last = bytes.lastIndex(where: isDigit) else { return nil }
        var start = last
        while start > 0 {
            let byte = bytes[start - 1]
            let isInside = byte == UInt8(ascii: ",") || byte == UInt8(ascii: ".")
            guard isDigit(byte) || isInside && start > 1 && isDigit(bytes[start - 2]) else { break }
            start -= 1
        }
        if start > 0, bytes[start - 1] == UInt8(ascii: "-") { start -= 1 }
        return scanner.text(start..<last + 1)
    }
}
