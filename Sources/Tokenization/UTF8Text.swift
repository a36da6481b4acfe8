/// Scalars inside valid UTF-8 bytes.
enum UTF8Text {
    /// The scalar that starts at `position`, which moves behind it.
    static func scalar(in bytes: [UInt8], at position: inout Int) -> UInt32 {
        let lead = bytes[position]
        position += 1
        if lead < 0x80 { return UInt32(lead) }
        let length = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3
        var value = UInt32(lead) & (0x3F >> UInt32(length))
        for _ in 0..<length {
            value = value << 6 | UInt32(bytes[position] & 0x3F)
            position += 1
        }
        return value
    }

    /// The scalar that ends before `position`, which moves to its first byte.
    static func scalar(in bytes: [UInt8], before position: inout Int) -> UInt32 {
        position -= 1
        while bytes[position] & 0xC0 == 0x80 { position -= 1 }
        var end = position
        return scalar(in: bytes, at: &end)
    }

    /// The end of the scalar that starts at `position`.
    static func end(in bytes: [UInt8], ofScalarAt position: Int) -> Int {
        let lead = bytes[position]
        return position + (lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4)
    }

    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case 0..<0x80:
            bytes.append(UInt8(scalar))
        case 0x80..<0x800:
            bytes.append(UInt8(0xC0 | scalar >> 6))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            bytes.append(UInt8(0xE0 | scalar >> 12))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        default:
            bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
            bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// White_Space, as Rust's `char::is_whitespace` and `\s`.
    static func isWhitespace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// A word character as in Rust's regex crate: alphabetic, mark, decimal digit, connector or join control.
    static func isWord(_ scalar: UInt32) -> Bool {
        guard let properties = Unicode.Scalar(scalar)?.properties else { return false }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }
}

extension UTF8Text {
    /// The range of the bytes without the whitespace at its ends.
    static func trimmed(_ bytes: [UInt8], left: Bool, right: Bool) -> Range<Int> {
        var start = 0
        while left, start < bytes.count {
            var next = start
            guard isWhitespace(scalar(in: bytes, at: &next)) else { break }
            start = next
        }
        var end = bytes.count
        while right, end > start {
            var next = end
            guard isWhitespace(scalar(in: bytes, before: &next)) else { break }
            end = next
        }
        return start..<end
    }
}
