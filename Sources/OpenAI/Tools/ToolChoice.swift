/// Whether an answer has calls.
enum ToolChoice: Sendable, Equatable {
    /// As the model likes.
    case auto
    /// At least one.
    case required
    /// Exactly one, of this function.
    case named(String)
}
