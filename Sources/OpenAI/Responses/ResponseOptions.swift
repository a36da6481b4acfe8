internal import Engine

/// What the responses of chat and text completions tell beside the text.
struct ResponseOptions: Sendable {
    /// `token_ids` and `prompt_token_ids`.
    var returnsTokens = false
    /// `prompt_text`
    var returnsPromptText = false
    /// Alternatives for each token of `logprobs`; nil: there are none.
    var logprobs: Int?
    /// Whether log-probabilities name tokens as `token_id:17`.
    var namesTokensByID = false
    /// Alternatives for each token of `prompt_logprobs`; nil: there are none.
    var promptLogprobs: Int?
    var includesUsage = false
    /// `service_tier`
    var namesServiceTier = false
    var reasoningField = ReasoningField.reasoningContent

    var wantsLogprobs: Bool { logprobs != nil }

    /// Whether a response tells something of its prompt beside what `echo` repeats.
    var tellsOfPrompt: Bool { returnsTokens || returnsPromptText || promptLogprobs != nil }

    init() {}

    init(_ sampling: SamplingFields, _ stream: StreamFields, _ prompt: PromptFields) {
        returnsTokens = sampling.returnsTokens
        returnsPromptText = prompt.returnsText
        logprobs = sampling.parameters.logprobs
        namesTokensByID = sampling.namesTokensByID
        promptLogprobs = prompt.logprobs
        includesUsage = stream.includesUsage
    }
}
