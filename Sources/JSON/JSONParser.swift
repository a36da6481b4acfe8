/// A recursive-descent parser over the bytes of one document.
struct JSONParser: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0
    private var depth = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { position = 3 }
        skipSpace()
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw failure("expected the end of the text, found \(found)") }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw failure("expected a value, found the end of the text") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw failure("expected a value, found \(found)")
        }
    }

    private mutating func parseObject() throws(JSONError) -> JSONObject {
        try enter()
        var object = JSONObject()
        skipSpace()
        if take("}") { return leave(object) }
        while true {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw failure("expected a key in quotation marks, found \(found)")
            }
            let key = try parseString()
            skipSpace()
            guard take(":") else { throw failure("expected ':' after a key, found \(found)") }
            skipSpace()
            object.set(key, to: try parseValue())
            skipSpace()
            if take("}") { return leave(object) }
            guard take(",") else { throw failure("expected ',' or '}' after a member, found \(found)") }
            skipSpace()
        }
    }

    private mutating func parseArray() throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return leave(elements) }
        while true {
            elements.append(try parseValue())
            skipSpace()
            if take("]") { return leave(elements) }
            guard take(",") else { throw failure("expected ',' or ']' after an element, found \(found)") }
            skipSpace()
        }
    }

    private mutating func enter() throws(JSONError) {
        guard depth < JSONValue.depthLimit else {
            throw failure("nested deeper than \(JSONValue.depthLimit) arrays and objects")
        }
        depth += 1
        position += 1
    }

    private mutating func leave<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let text = "\(word)"
        for unit in text.utf8 {
            guard position < bytes.count, bytes[position] == unit else {
                throw failure("expected '\(text)', found \(found)")
            }
            position += 1
        }
        return value
    }

    // MARK: Numbers

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = take("-")
        let digits = position
        var magnitude: UInt64 = 0
        while position < bytes.count, let digit = digit(bytes[position]) {
            if position - digits < 18 { magnitude = magnitude * 10 + UInt64(digit) }
            position += 1
        }
        let count = position - digits
        guard count > 0 else { throw failure("expected a digit, found \(found)") }
        guard count == 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw failure("a number must not begin with a zero", at: digits)
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        if isInteger, count <= 18 {
            return .integer(isNegative ? -Int(magnitude) : Int(magnitude))
        }
        let text = try makeString(start, position)
        if isInteger, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw failure("the number \(text.prefix(40)) is too large", at: start)
        }
        return .number(number)
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while position < bytes.count, digit(bytes[position]) != nil { position += 1 }
        guard position > start else { throw failure("expected a digit, found \(found)") }
    }

    private func digit(_ byte: UInt8) -> UInt8? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : nil
    }

    // MARK: Strings

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try makeString(start, position)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(start) }
            guard byte >= 0x20 else { throw failure("a control character in a string must be escaped") }
            position += 1
        }
        throw failure("a string does not end", at: start - 1)
    }

    /// The rest of a string whose first backslash is at `position`.
    private mutating func parseEscapedString(_ start: Int) throws(JSONError) -> String {
        var text = ""
        var run = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                text += try makeString(run, position)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text += try makeString(run, position)
                text.unicodeScalars.append(try parseEscape())
                run = position
                continue
            }
            guard byte >= 0x20 else { throw failure("a control character in a string must be escaped") }
            position += 1
        }
        throw failure("a string does not end", at: start - 1)
    }

    private mutating func parseEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard position < bytes.count else { throw failure("a string does not end", at: start) }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw failure("unknown escape in a string", at: start)
        }
        let unit = try parseHexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xdc00, take("\\"), take("u") else { throw failure("a lone surrogate in a string", at: start) }
        let low = try parseHexadecimal()
        guard low >= 0xdc00, low < 0xe000, let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { throw failure("a lone surrogate in a string", at: start) }
        return scalar
    }

    private mutating func parseHexadecimal() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw failure("expected four hexadecimal digits after \\u, found \(found)")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private func makeString(_ start: Int, _ end: Int) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(start..<end)))
        } catch {
            throw failure("invalid UTF-8 in a string", at: start + error.byteOffsets.lowerBound)
        }
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// What stands at `position`, for messages.
    private var found: String {
        guard position < bytes.count else { return "the end of the text" }
        let byte = bytes[position]
        return byte > 0x20 && byte < 0x7f
            ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x\(String(byte, radix: 16))"
    }

    private func failure(_ message: String, at offset: Int? = nil) -> JSONError {
        JSONError(message, at: offset ?? position, of: bytes)
    }
}
