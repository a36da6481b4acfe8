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

    /// Passes over as many of the literals as follow each other, in any order; whether there was one.
    @discardableResult
    mutating func skip(_ literals: [StaticString], ignoringCase: Bool = false) -> Bool {
        let start = position
        while literals.contains(where: { take($0, ignoringCase: ignoringCase) }) {}
        return position > start
    }

    /// The positions behind each place where a literal of ASCII letters in lower case stands, in any case.
    func positions(behind literal: StaticString) -> [Int] {
        var found: [Int] = []
        var copy = self
        let first = literal.withUTF8Buffer { $0[0] }
        for index in bytes.indices where bytes[index].lowercased == first {
            copy.position = index
            if copy.take(literal, ignoringCase: true) { found.append(copy.position) }
        }
        return found
    }
}

extension UInt8 {
    var lowercased: UInt8 { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self }
    /// An ASCII letter or digit, or an underscore.
    var isWord: Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= lowercased || UInt8(ascii: "0")...UInt8(ascii: "9") ~= self
            || self == UInt8(ascii: "_")
    }
    var isSpace: Bool { self == 0x20 || 0x09...0x0D ~= self }
}
