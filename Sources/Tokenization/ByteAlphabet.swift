/// GPT-2's bijection between bytes and printable characters, in which byte-level vocabularies are written.
///
/// Source: `bytes_to_unicode` in github.com/openai/gpt-2, src/encoder.py.
enum ByteAlphabet {
    /// The scalar of each byte.
    static let scalars: [Unicode.Scalar] = {
        var scalars: [Unicode.Scalar] = []
        var next: UInt32 = 256
        for byte in UInt8.min...UInt8.max {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                scalars.append(Unicode.Scalar(byte))
            default:
                if let scalar = Unicode.Scalar(next) { scalars.append(scalar) }
                next += 1
            }
        }
        return scalars
    }()

    /// The UTF-8 of each byte's scalar: one or two bytes.
    static let encoded: [[UInt8]] = scalars.map { Array(String($0).utf8) }

    /// The byte of each scalar below 324, or -1.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 324)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
        return bytes
    }()

    /// The bytes that UTF-8 `text` stands for, or nil if a character is outside the alphabet.
    static func bytes(of text: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var lead: UInt8 = 0
        for unit in text {
            var scalar = Int(unit)
            if lead != 0 {
                scalar = Int(lead & 0x1F) << 6 | Int(unit & 0x3F)
                lead = 0
            } else if unit >= 0xE0 {
                return nil
            } else if unit >= 0xC0 {
                lead = unit
                continue
            }
            guard scalar < bytes.count, bytes[scalar] >= 0 else { return nil }
            result.append(UInt8(truncatingIfNeeded: bytes[scalar]))
        }
        return result
    }

    /// The UTF-8 of the characters that stand for these bytes.
    static func text(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes { result.append(contentsOf: encoded[Int(byte)]) }
        return result
    }
}
