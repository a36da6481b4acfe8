/// The control texts of DeepSeek's dialects: tokens of R1's vocabulary, plain text in the distills'.
enum DeepSeekMarkers {
    static let callsBegin = "<｜tool▁calls▁begin｜>"
    static let callsEnd = "<｜tool▁calls▁end｜>"
    static let callBegin = "<｜tool▁call▁begin｜>"
    static let callEnd = "<｜tool▁call▁end｜>"
    static let outputsBegin = "<｜tool▁outputs▁begin｜>"
    static let outputsEnd = "<｜tool▁outputs▁end｜>"
    static let outputBegin = "<｜tool▁output▁begin｜>"
    static let outputEnd = "<｜tool▁output▁end｜>"
    static let separator = "<｜tool▁sep｜>"

    static let ofCalls = [callsBegin, callsEnd, callBegin, callEnd, separator]

    /// A call in R1's or V3.1's form, whichever it is.
    static func readHead(_ reader: inout SyntaxReader) throws(SyntaxReader.Miss) -> CallHead {
        if try reader.skip(callsBegin) { reader.skipWhitespace() }
        try reader.require(callBegin)
        let first = try reader.text(before: [UInt8(ascii: "<")]).trimmed
        try reader.require(separator)
        reader.skipWhitespace()
        var name = first
        if try reader.next() != UInt8(ascii: "{") {
            name = try reader.text(before: Set("\n\r\t `{<".utf8))
            reader.skipWhitespace()
            if try reader.skip(anyOf: ["```json", "```"]) { reader.skipWhitespace() }
            guard try reader.next() == UInt8(ascii: "{") else { throw .malformed }
        }
        guard Tool.isName(name) else { throw .malformed }
        return CallHead(name: name)
    }

    static func readTail(_ reader: inout SyntaxReader) throws(SyntaxReader.Miss) {
        reader.skipWhitespace()
        if try reader.skip("```") { reader.skipWhitespace() }
        try reader.require(callEnd)
    }
}

extension StringProtocol {
    /// Without the white space around it.
    var trimmed: String {
        let bytes = utf8.drop(while: \.isWhitespace)
        return String(decoding: bytes.dropLast(bytes.reversed().prefix(while: \.isWhitespace).count), as: UTF8.self)
    }
}
