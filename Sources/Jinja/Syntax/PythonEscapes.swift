/// The escape sequences of Python's string literals.
enum PythonEscapes {
    /// Appends what the sequence at `index` (a backslash) stands for and gives the index after it.
    static func append(
        to text: inout String.UnicodeScalarView, from source: [Unicode.Scalar], at index: Int,
        _ position: SourcePosition
    ) throws(TemplateError) -> Int {
        guard index + 1 < source.count else {
            throw TemplateError("a string does not end", kind: .syntax, at: position)
        }
        let letter = source[index + 1]
        switch letter {
        case "\n": return index + 2
        case "\\", "'", "\"": text.append(letter)
        case "a": text.append("\u{7}")
        case "b": text.append("\u{8}")
        case "f": text.append("\u{c}")
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "t": text.append("\t")
        case "v": text.append("\u{b}")
        case "x": return try appendHexadecimal(2, to: &text, from: source, at: index, position)
        case "u": return try appendHexadecimal(4, to: &text, from: source, at: index, position)
        case "U": return try appendHexadecimal(8, to: &text, from: source, at: index, position)
        case "0"..."7":
            var value: UInt32 = 0
            var end = index + 1
            while end < Swift.min(index + 4, source.count), source[end] >= "0", source[end] <= "7" {
                value = value * 8 + (source[end].value - 48)
                end += 1
            }
            if let scalar = Unicode.Scalar(value) { text.append(scalar) }
            return end
        default:
            text.append("\\")
            text.append(letter)
        }
        return index + 2
    }

    private static func appendHexadecimal(
        _ count: Int, to text: inout String.UnicodeScalarView, from source: [Unicode.Scalar], at index: Int,
        _ position: SourcePosition
    ) throws(TemplateError) -> Int {
        let digits = source[(index + 2)...].prefix(count)
        var value: UInt32 = 0
        for digit in digits {
            guard let digit = Character(digit).hexDigitValue, value < 0x1000_0000 else { break }
            value = value << 4 | UInt32(digit)
        }
        guard digits.count == count, digits.allSatisfy({ Character($0).hexDigitValue != nil }),
            let scalar = Unicode.Scalar(value)
        else {
            throw TemplateError("a malformed or impossible \\\(source[index + 1]) escape", kind: .syntax, at: position)
        }
        text.append(scalar)
        return index + 2 + count
    }
}
