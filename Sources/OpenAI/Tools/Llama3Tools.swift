internal import Grammar

/// The JSON dialect of Llama 3.1: `{"name": NAME, "parameters": {…}}`, after `<|python_tag|>` or at a line's start.
///
/// Without the tag an object is only a call if it names a declared function. Several stand one after another, with a
/// semicolon, a comma or a line break between.
struct Llama3Tools: ToolDialect {
    private static let tag = "<|python_tag|>"

    let markers = [tag]
    let listEnd: String? = nil
    let keepsResultsInTurn = false
    let trigger = "{\"name\":"
    let frame = (open: "", separator: "; ", close: "")

    func mayBegin(_ byte: UInt8, at place: CallPlace) -> Bool {
        switch byte {
        case UInt8(ascii: "<"): true
        case UInt8(ascii: "{"), UInt8(ascii: "`"): place.isLineStart
        case UInt8(ascii: ";"), UInt8(ascii: ","): place.followsCall
        default: false
        }
    }

    func readHead(
        _ reader: inout SyntaxReader, at place: CallPlace, names: Set<String>
    ) throws(SyntaxReader.Miss) -> CallHead {
        if place.followsCall, try reader.skip(anyOf: [";", ","]) { reader.skipWhitespace() }
        guard try reader.skip(Self.tag) else { return try readBareCall(&reader, names: names) }
        reader.skipWhitespace()
        let name = try reader.callObject()
        guard Tool.isName(name) else { throw .malformed }
        return CallHead(name: name, style: .object)
    }

    func readTail(_ reader: inout SyntaxReader, of style: CallHead.Style) throws(SyntaxReader.Miss) {
        try readBareTail(&reader, of: style)
    }

    func end(of style: CallHead.Style) -> String? { nil }

    func text(of calls: [ChatMessage.ToolCall]) -> String {
        calls.map { head(of: $0.name) + $0.arguments + "}" }.joined(separator: frame.separator)
    }

    func text(ofResults results: [String], separator: String) -> String { results.joined(separator: separator) }

    func structure(of tool: Tool, arguments: GrammarStructure) -> GrammarStructure {
        .sequence([.text(head(of: tool.name)), arguments, .text("}")])
    }

    private func head(of name: String) -> String {
        "{\"name\": \"\(name)\", \"parameters\": "
    }
}
