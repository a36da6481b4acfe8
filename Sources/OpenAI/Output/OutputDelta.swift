internal import Engine

/// What became certain about one choice since the delta before.
///
/// Deltas add up: a whole response is the sum of the deltas that a stream sends.
struct OutputDelta: Sendable, Equatable {
    var reasoning = ""
    var content = ""
    /// See ``OutputOptions/LogprobLayout``.
    var reasoningLogprobs: [TokenLogprob] = []
    var contentLogprobs: [TokenLogprob] = []
    /// Calls of tools: beginnings and fragments of arguments.
    var toolCalls: [ToolCallDelta] = []
    /// All tokens that were generated, tags and end included.
    var tokens: [Int32] = []
    var ending: Ending?

    /// A generated token with its log-probability.
    struct TokenLogprob: Sendable, Equatable {
        var token: Int32
        var logprobs: TokenLogprobs
    }

    /// How a choice ended.
    struct Ending: Sendable, Equatable {
        enum Reason: String, Sendable {
            case stop, length
            case toolCalls = "tool_calls"
        }

        /// What the request asked to stop at; nil for the model's own end and for `length`.
        enum Trigger: Sendable, Equatable {
            case string(String)
            case token(Int32)
            /// The loop detector.
            case repetition
        }

        var reason: Reason
        var trigger: Trigger?
    }

    var isEmpty: Bool {
        reasoning.isEmpty && content.isEmpty && toolCalls.isEmpty && reasoningLogprobs.isEmpty
            && contentLogprobs.isEmpty && ending == nil
    }

    /// Of the content's tokens with log-probabilities; that of an empty text is minus infinity.
    var meanLogprob: Float {
        let sum = contentLogprobs.reduce(Float(0)) { $0 + $1.logprobs.logprob }
        return contentLogprobs.isEmpty ? -.infinity : sum / Float(contentLogprobs.count)
    }

    mutating func append(_ other: OutputDelta) {
        reasoning += other.reasoning
        content += other.content
        for call in other.toolCalls { toolCalls.add(call) }
        reasoningLogprobs += other.reasoningLogprobs
        contentLogprobs += other.contentLogprobs
        tokens += other.tokens
        if let ending = other.ending { self.ending = ending }
    }
}
