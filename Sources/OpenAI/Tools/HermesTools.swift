internal import Grammar

/// The dialect of Hermes and Qwen: a JSON object in a tag.
///
/// ```
/// <tool_call>
/// {"name": NAME, "arguments": {…}}
/// </tool_call>
/// ```
struct HermesTools: ToolDialect {
    private static let open = "<tool_call>"
    private static let close = "</tool_call>"

    let markers = [open, close]
    let listEnd: String? = nil
    let keepsResultsInTurn = false
    let trigger = open
    let frame = (open: "", separator: "\n", close: "")

    func mayBegin(_ byte: UInt8, at place: CallPlace) -> Bool { byte == UInt8(ascii: "<") }

    func readHead(
        _ reader: inout SyntaxReader, at place: CallPlace, names: Set<String>
    ) throws(SyntaxReader.Miss) -> CallHead {
        try reader.require(Self.open)
        reader.skipWhitespace()
        let name = try reader.callObject()
        guard Tool.isName(name) else { throw .malformed }
        return CallHead(name: name)
    }

    func readTail(_ reader: inout SyntaxReader, of style: CallHead.Style) throws(SyntaxReader.Miss) {
        try reader.callObjectEnd()
        reader.skipWhitespace()
        try reader.require(Self.close)
    }

    func end(of style: CallHead.Style) -> String? { Self.close }

    func text(of calls: [ChatMessage.ToolCall]) -> String {
        calls.map { head(of: $0.name) + $0.arguments + Self.tail }.joined(separator: frame.separator)
    }

    func text(ofResults results: [String], separator: String) -> String {
        results.map { "<tool_response>\n\($0)\n</tool_response>" }.joined(separator: separator)
    }

    func structure(of tool: Tool, arguments: GrammarStructure) -> GrammarStructure {
        .sequence([.text(head(of: tool.name)), arguments, .text(Self.tail)])
    }

    private static let tail = "}\n" + close

    private func head(of name: String) -> String {
        "\(Self.open)\n{\"name\": \"\(name)\", \"arguments\": "
    }
}
