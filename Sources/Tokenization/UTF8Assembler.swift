/// Joins bytes that arrive in parts into valid UTF-8.
///
/// A sequence that may still be completed waits. Each maximal part of an ill-formed one becomes one U+FFFD, as in
/// Rust's `from_utf8_lossy`, Python's `errors="replace"` and Swift's `String(decoding:as:)`.
/// Source: the Unicode Standard, chapter 3.9.
struct UTF8Assembler: Sendable {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// The beginning of a well-formed sequence, at most three bytes.
    private var pending: [UInt8] = []
    private var missing = 0

    /// Appends to `text` what these bytes make certain.
    mutating func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            if missing > 0 {
                if continues(byte) {
                    pending.append(byte)
                    missing -= 1
                    if missing == 0 {
                        text.append(contentsOf: pending)
                        pending.removeAll(keepingCapacity: true)
                    }
                    continue
                }
                finish(to: &text)
            }
            begin(byte, &text)
        }
    }

    /// Appends a U+FFFD if a sequence was left incomplete.
    mutating func finish(to text: inout [UInt8]) {
        if missing > 0 { text.append(contentsOf: Self.replacement) }
        pending.removeAll(keepingCapacity: true)
        missing = 0
    }

    private mutating func begin(_ byte: UInt8, _ text: inout [UInt8]) {
        switch byte {
        case 0x00...0x7F:
            text.append(byte)
            return
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF: missing = 2
        case 0xF0...0xF4: missing = 3
        default:
            text.append(contentsOf: Self.replacement)
            return
        }
        pending.append(byte)
    }

    /// Whether the byte continues the pending sequence: the second byte has a narrower range behind some lead bytes.
    private func continues(_ byte: UInt8) -> Bool {
        guard pending.count == 1 else { return (0x80...0xBF).contains(byte) }
        switch pending[0] {
        case 0xE0: return (0xA0...0xBF).contains(byte)
        case 0xED: return (0x80...0x9F).contains(byte)
        case 0xF0: return (0x90...0xBF).contains(byte)
        case 0xF4: return (0x80...0x8F).contains(byte)
        default: return (0x80...0xBF).contains(byte)
        }
    }
}
