/// Finds the end of a JSON object, one byte after the other, without judging what is inside.
struct ArgumentScanner: Sendable {
    /// Open braces and brackets.
    private var depth: Int
    private var isInString = false
    private var isEscaped = false
    /// Whether a string had a line break, which no JSON string has: its end cannot be told.
    private var isBroken = false

    init(depth: Int = 0) {
        self.depth = depth
    }

    /// Whether the next byte is none of a string, as far as strings can be told.
    var isOutsideStrings: Bool { !isInString || isBroken }

    /// Takes a byte; true when it closes the object.
    mutating func take(_ byte: UInt8) -> Bool {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            } else if byte.isNewline {
                isBroken = true
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            return depth <= 0
        default: break
        }
        return false
    }
}
