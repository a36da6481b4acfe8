/// Counts the generated tokens in streamed completion chunks without parsing them: the elements of each `"token_ids"`
/// list, in pieces of any size. The key cannot occur within a JSON string, where its quotation marks are escaped.
struct TokenCounter {
    private static let opening = Array("\"token_ids\":[".utf8)
    /// Length of the key with its quotation marks; white space may follow.
    private static let keyLength = opening.count - 2

    /// Bytes of `opening` that have been matched; all of them within a list.
    private var matched = 0
    private var tokens = 0
    private var isInNumber = false

    /// Calls `body` with the length of each list that ends in these bytes, empty ones excepted.
    mutating func append(_ bytes: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        for byte in bytes {
            if matched == Self.opening.count {
                take(element: byte, body)
            } else if byte == Self.opening[matched] {
                matched += 1
            } else if matched < Self.keyLength || byte != UInt8(ascii: " ") {
                matched = byte == UInt8(ascii: "\"") ? 1 : 0
            }
        }
    }

    private mutating func take(element byte: UInt8, _ body: (Int) -> Void) {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        if isDigit, !isInNumber { tokens += 1 }
        isInNumber = isDigit
        guard byte == UInt8(ascii: "]") else { return }
        if tokens > 0 { body(tokens) }
        (matched, tokens) = (0, 0)
    }
}
