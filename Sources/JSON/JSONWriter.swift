/// Appends JSON to a buffer without building values; commas come by themselves.
///
/// The caller keeps the grammar: a key before each value of an object, every begin with its end.
package struct JSONWriter: Sendable {
    package var bytes: [UInt8]

    /// Continues `bytes`, which must be empty or end where a value may stand.
    package init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// What was written, as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
    }

    package mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
    }

    package mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
    }

    package mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
    }

    package mutating func key(_ key: String) {
        separate()
        appendQuoted(key)
        bytes.append(UInt8(ascii: ":"))
    }

    package mutating func value(_ value: String) {
        separate()
        appendQuoted(value)
    }

    package mutating func value(_ value: Int) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Shortest digits that read back as the same number; null for infinities and NaN.
    package mutating func value(_ value: Double) {
        separate()
        bytes.append(contentsOf: value.isFinite ? value.description.utf8 : "null".utf8)
    }

    package mutating func value(_ value: Bool) {
        separate()
        bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): self.value(value)
        case .integer(let value): self.value(value)
        case .number(let value): self.value(value)
        case .string(let value): self.value(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for (key, member) in members {
                self.key(key)
                self.value(member)
            }
            endObject()
        }
    }

    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// A string never ends in an opening bracket or colon, since its quotation mark follows: the last byte tells.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: "\n"), UInt8(ascii: " "): return
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.appendEscaped(text)
        bytes.append(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    /// Appends what stands between the quotation marks of a JSON string; non-ASCII text stays as it is.
    package mutating func appendEscaped(_ text: String) {
        let units = text.utf8Span.span
        var needsEscape = false
        for index in units.indices {
            let unit = units[index]
            needsEscape = needsEscape || unit < 0x20 || unit == UInt8(ascii: "\"") || unit == UInt8(ascii: "\\")
        }
        guard needsEscape else {
            append(contentsOf: text.utf8)
            return
        }
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        for index in units.indices {
            let unit = units[index]
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), unit])
            case 0x08: append(contentsOf: "\\b".utf8)
            case 0x09: append(contentsOf: "\\t".utf8)
            case 0x0a: append(contentsOf: "\\n".utf8)
            case 0x0c: append(contentsOf: "\\f".utf8)
            case 0x0d: append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                append(contentsOf: "\\u00".utf8)
                append(digits[Int(unit >> 4)])
                append(digits[Int(unit & 15)])
            default: append(unit)
            }
        }
    }
}
