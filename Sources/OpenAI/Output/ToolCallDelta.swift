/// What became certain about one call of a tool.
struct ToolCallDelta: Sendable, Equatable {
    /// Among the calls of its choice.
    var index: Int
    /// Only in a call's first delta.
    var id: String?
    /// Only in a call's first delta.
    var name: String?
    /// A fragment of the arguments' JSON.
    var arguments: String
}
