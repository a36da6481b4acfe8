import FoundationEssentials

/// Files of lines of fields, of which some are hexadecimal bytes.
enum HexadecimalFixture {
    static func lines(_ name: String) -> [[Substring]] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map { $0.split(separator: " ") }
    }

    static func bytes(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            let digit = character < 0x3a ? character - 0x30 : character - 0x57
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    /// Little-endian words of 32 bits.
    static func words(_ text: Substring) -> [UInt32] {
        let bytes = bytes(text)
        return stride(from: 0, to: bytes.count, by: 4).map { index in
            (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << (8 * $1) }
        }
    }
}
