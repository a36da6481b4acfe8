internal import Engine
internal import JSON
internal import Tokenization

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

    /// What is wanted of a prompt.
    ///
    /// - Parameter logprobs: those of its tokens, where the engine gave them.
    func write(
        _ prompt: TextResponses.Prompt, _ logprobs: [TokenLogprobs?]?, _ tokenizer: Tokenizer,
        to writer: inout JSONWriter
    ) {
        if let promptLogprobs, let logprobs {
            PromptLogprobsWriter(tokenizer: tokenizer, count: promptLogprobs)
                .write(logprobs, of: prompt.tokens, to: &writer)
        }
        if returnsTokens {
            writer.key("prompt_token_ids")
            writer.value(prompt.tokens)
        }
        if returnsPromptText { writer.field("prompt_text", prompt.text) }
    }
}
