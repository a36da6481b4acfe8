internal import Grammar

/// V3.1's dialect: a name and arguments between markers.
///
/// `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>NAME<｜tool▁sep｜>{…}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`
struct DeepSeekV31Tools: ToolDialect {
    let markers = DeepSeekMarkers.ofCalls
    let listEnd: String? = DeepSeekMarkers.callsEnd
    let keepsResultsInTurn = true
    let trigger = DeepSeekMarkers.callsBegin
    let frame = (open: DeepSeekMarkers.callsBegin, separator: "", close: DeepSeekMarkers.callsEnd)

    func mayBegin(_ byte: UInt8, at place: CallPlace) -> Bool { byte == UInt8(ascii: "<") }

    func readHead(
        _ reader: inout SyntaxReader, at place: CallPlace, names: Set<String>
    ) throws(SyntaxReader.Miss) -> CallHead {
        try DeepSeekMarkers.readHead(&reader)
    }

    func readTail(_ reader: inout SyntaxReader, of style: CallHead.Style) throws(SyntaxReader.Miss) {
        try DeepSeekMarkers.readTail(&reader)
    }

    func end(of style: CallHead.Style) -> String? { DeepSeekMarkers.callEnd }

    func text(of calls: [ChatMessage.ToolCall]) -> String {
        frame.open + calls.map { head(of: $0.name) + $0.arguments + DeepSeekMarkers.callEnd }.joined() + frame.close
    }

    func text(ofResults results: [String], separator: String) -> String {
        results.map { DeepSeekMarkers.outputBegin + $0 + DeepSeekMarkers.outputEnd }.joined(separator: separator)
    }

    func structure(of tool: Tool, arguments: GrammarStructure) -> GrammarStructure {
        .sequence([.text(head(of: tool.name)), arguments, .text(DeepSeekMarkers.callEnd)])
    }

    private func head(of name: String) -> String {
        DeepSeekMarkers.callBegin + name + DeepSeekMarkers.separator
    }
}
