internal import Tokenization

/// How calls are told from an answer's content.
struct ToolReading: Sendable {
    let parser: ToolCallParser
    /// Tokens of the dialect's control texts, which the parser sees even if they are special.
    let markers: [Int32: String]
    /// Whether the answer ends with its first call.
    let endsAfterCall: Bool

    init(_ dialect: any ToolDialect, _ fields: ToolFields, tokenizer: Tokenizer) {
        parser = ToolCallParser(dialect, names: Set(fields.tools.map(\.name)))
        endsAfterCall = !fields.allowsParallelCalls
        var markers: [Int32: String] = [:]
        for text in dialect.markers {
            if let token = tokenizer.id(of: text) { markers[token] = text }
        }
        self.markers = markers
    }
}
