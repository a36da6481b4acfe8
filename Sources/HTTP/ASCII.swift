/// The byte classes of RFC 9110 and RFC 9112, and comparisons that know ASCII only.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let colon = UInt8(ascii: ":")

    private static let tokenTable: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8 {
            table[Int(byte)] = true
        }
        return table
    }()

    private static let hostTable: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "-._~%!$&'()*+,;=:[]0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8 {
            table[Int(byte)] = true
        }
        return table
    }()

    /// tchar of RFC 9110, section 5.6.2.
    static func isToken(_ byte: UInt8) -> Bool { tokenTable[Int(byte)] }

    /// The bytes of uri-host with port, RFC 9110, section 7.2.
    static func isHost(_ byte: UInt8) -> Bool { hostTable[Int(byte)] }

    /// field-vchar, space or tab: RFC 9110, section 5.5.
    static func isFieldValue(_ byte: UInt8) -> Bool { byte == tab || (byte >= 0x20 && byte != 0x7F) }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }
}

extension BidirectionalCollection where Element == UInt8 {
    /// Without spaces and tabs at both ends.
    func trimmingSpaces() -> SubSequence {
        var start = startIndex
        var end = endIndex
        while start != end, ASCII.isBlank(self[start]) { formIndex(after: &start) }
        while start != end, ASCII.isBlank(self[index(before: end)]) { formIndex(before: &end) }
        return self[start..<end]
    }
}

extension String {
    func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && utf8.elementsEqual(other.utf8) { ASCII.lowercased($0) == ASCII.lowercased($1) }
    }

    func lowercasedASCII() -> String {
        String(decoding: utf8.map(ASCII.lowercased), as: UTF8.self)
    }
}

extension Array where Element == UInt8 {
    mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a number in hexadecimal without leading zeros.
    mutating func appendHex(_ number: Int) {
        var shift = 60
        while shift > 0, number >> shift == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8(number >> shift & 15)
            append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            shift -= 4
        }
    }
}
