extension JSONValue {
    /// The value as text: on one line, or `pretty` with an indentation of two spaces a level.
    package func serialized(pretty: Bool = false) -> String {
        var bytes: [UInt8] = []
        if pretty {
            writePretty(into: &bytes, indentation: 0)
        } else {
            write(into: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the value on one line, without spaces.
    package func write(into bytes: inout [UInt8]) {
        var writer = JSONWriter()
        writer.value(self)
        if bytes.isEmpty { bytes = writer.bytes } else { bytes += writer.bytes }
    }

    private func writePretty(into bytes: inout [UInt8], indentation: Int) {
        func line(_ indentation: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
        }
        switch self {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                line(indentation + 2)
                element.writePretty(into: &bytes, indentation: indentation + 2)
            }
            line(indentation)
            bytes.append(UInt8(ascii: "]"))
        case .object(let members) where !members.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, member) in members {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                line(indentation + 2)
                bytes.append(UInt8(ascii: "\""))
                bytes.appendEscaped(key)
                bytes.append(contentsOf: "\": ".utf8)
                member.writePretty(into: &bytes, indentation: indentation + 2)
            }
            line(indentation)
            bytes.append(UInt8(ascii: "}"))
        default:
            write(into: &bytes)
        }
    }
}
