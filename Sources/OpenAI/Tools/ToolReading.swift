/// How calls are told from an answer's content.
struct ToolReading: Sendable {
    let parser: ToolCallParser
    /// Tokens of the dialect's control texts, which the parser sees even if they are special.
    let markers: [Int32: String]
    /// Whether the answer ends with its first call.
    let endsAfterCall: Bool
}
