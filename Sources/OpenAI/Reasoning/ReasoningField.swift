/// What responses call the chain of thought.
package enum ReasoningField: String, Sendable, CaseIterable {
    /// DeepSeek's name.
    case reasoningContent = "reasoning_content"
    /// That of newer vLLM servers.
    case reasoning
    /// Both, with the same text.
    case both

    /// The keys of messages and deltas.
    var keys: [String] {
        switch self {
        case .both: [ReasoningField.reasoningContent.rawValue, ReasoningField.reasoning.rawValue]
        default: [rawValue]
        }
    }
}
