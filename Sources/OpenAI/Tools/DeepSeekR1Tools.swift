internal import Grammar

/// R1's and V3's dialect: a kind, a name and arguments in a fence, between markers.
///
/// ```
/// <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>NAME
/// ```json
/// {…}
/// ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
/// ```
struct DeepSeekR1Tools: ToolDialect {
    /// Whether a JSON object with a declared function's name and arguments is a call too: the distills, which were
    /// not trained to call, often write that.
    let acceptsObjects: Bool

    let markers = DeepSeekMarkers.ofCalls
    let listEnd: String? = DeepSeekMarkers.callsEnd
    let keepsResultsInTurn = true
    let trigger = DeepSeekMarkers.callsBegin
    let frame = (open: DeepSeekMarkers.callsBegin, separator: "\n", close: DeepSeekMarkers.callsEnd)

    func mayBegin(_ byte: UInt8, at place: CallPlace) -> Bool {
        switch byte {
        case UInt8(ascii: "<"): true
        case UInt8(ascii: "{"), UInt8(ascii: "`"): acceptsObjects && place.isLineStart
        default: false
        }
    }

    func readHead(
        _ reader: inout SyntaxReader, at place: CallPlace, names: Set<String>
    ) throws(SyntaxReader.Miss) -> CallHead {
        try reader.next() == UInt8(ascii: "<")
            ? DeepSeekMarkers.readHead(&reader) : readBareCall(&reader, names: names)
    }

    func readTail(_ reader: inout SyntaxReader, of style: CallHead.Style) throws(SyntaxReader.Miss) {
        if style == .marked {
            try DeepSeekMarkers.readTail(&reader)
        } else {
            try readBareTail(&reader, of: style)
        }
    }

    func end(of style: CallHead.Style) -> String? { style == .marked ? DeepSeekMarkers.callEnd : nil }

    func text(of calls: [ChatMessage.ToolCall]) -> String {
        let texts = calls.map { head(of: $0.name) + $0.arguments + Self.callTail }
        return frame.open + texts.joined(separator: frame.separator) + frame.close
    }

    func text(ofResults results: [String], separator: String) -> String {
        let texts = results.map { DeepSeekMarkers.outputBegin + $0 + DeepSeekMarkers.outputEnd }
        return DeepSeekMarkers.outputsBegin + texts.joined(separator: separator) + DeepSeekMarkers.outputsEnd
    }

    func structure(of tool: Tool, arguments: GrammarStructure) -> GrammarStructure {
        .sequence([.text(head(of: tool.name)), arguments, .text(Self.callTail)])
    }

    private static let callTail = "\n```" + DeepSeekMarkers.callEnd

    private func head(of name: String) -> String {
        "\(DeepSeekMarkers.callBegin)function\(DeepSeekMarkers.separator)\(name)\n```json\n"
    }
}
