package import Engine
package import Tokenization

/// How a server guides outputs, beyond what requests say.
package struct GuidancePolicy: Sendable {
    /// Said before the close tag when a budget is spent.
    package static let defaultMessage = "\n\nThat is as long as I can think about it. I will answer now."

    /// Most tokens of reasoning, whatever a request asks for; nil: no limit.
    package var maxReasoningTokens: Int?
    package var budgetMessage = Self.defaultMessage
    /// For requests that are silent about it; nil: no detection.
    package var repetition: RepetitionLimits?
    let grammars: GrammarProvider

    package init(tokenizer: Tokenizer, endTokens: Set<Int32>) {
        grammars = GrammarProvider(tokenizer: tokenizer, endTokens: endTokens)
    }
}
