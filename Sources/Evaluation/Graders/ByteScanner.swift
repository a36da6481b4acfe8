/// Reads a text's UTF-8 from left to right.
struct ByteScanner {
    let bytes: [UInt8]
    var position = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The text from one position to before another.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Passes over a literal; of ASCII letters the case does not matter where `ignoringCase`, and the literal is in
    /// lower case.
    mutating func take(_ literal: StaticString, ignoringCase: Bool = false) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        let isSame = literal.withUTF8Buffer { literal in
            for index in 0..<count {
                let byte = bytes[position + index]
                guard byte == literal[index] || ignoringCase && byte.lowercased == literal[index] else { return false }
            }
            return true
        }
        if isSame { position += count }
        return isSame
    }

    /// How far ``skip(_:ignoringCase:)`` goes, so that repetition without end costs no more than its length.
    private static let longestSkip = 64

    /// Passes over as many of the literals as follow each other, in any order; whether there was one.
    @discardableResult
    mutating func skip(_ literals: [StaticString], ignoringCase: Bool = false) -> Bool {
        let start = position
        while position < start + Self.longestSkip, literals.contains(where: { take($0, ignoringCase: ignoringCase) }) {}
        return position > start
    }

    /// The positions behind each place where a literal of ASCII letters in lower case stands, in any case.
    func positions(behind literal: StaticString) -> [Int] {
        var found: [Int] = []
        var copy = self
        let first = literal.withUTF8Buffer { $0[0] }
        for (index, byte) in bytes.enumerated() where byte == first || byte.lowercased == first {
            copy.position = index
            if copy.take(literal, ignoringCase: true) { found.append(copy.position) }
        }
        return found
    }
}

extension UInt8 {
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
    /// An ASCII letter or digit, or an underscore.
    var isWord: Bool { (self | 0x20) &- 0x61 < 26 || self &- 0x30 < 10 || self == 0x5F }
    var isSpace: Bool { self == 0x20 || self &- 0x09 < 5 }
}
