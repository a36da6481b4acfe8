/// How the next token is drawn from the logits.
package struct SamplingParameters: Sendable, Equatable {
    /// 0 takes the most likely token.
    package var temperature: Float = 1
    package var topP: Float = 1
    /// 0 keeps all.
    package var topK: Int = 0
    package var minP: Float = 0
    package var presencePenalty: Float = 0
    package var frequencyPenalty: Float = 0
    package var repetitionPenalty: Float = 1
    /// Added to the logits, by token.
    package var logitBias: [Int32: Float] = [:]
    package var seed: UInt64 = 0
    /// Number of alternatives whose log-probabilities are wanted beside the sampled token's; nil: none at all.
    package var logprobs: Int?

    package init() {}
}

/// What the engine is asked to do: one prompt, one or more choices.
package struct GenerationRequest: Sendable {
    /// Names the request in logs and errors.
    package var id: String
    package var prompt: [Int32]
    /// Independent continuations; they share the prompt's blocks.
    package var choices: Int = 1
    package var sampling = SamplingParameters()
    /// Upper bound on generated tokens per choice (at least 1; 0 only together with `promptLogprobs`).
    package var maxTokens: Int
    /// Stop tokens are not drawn before this many.
    package var minTokens: Int = 0
    /// Tokens that end a choice; they are reported as the last token.
    package var stopTokens: Set<Int32> = []
    /// Number of alternatives per prompt position; nil: prompt log-probabilities are not wanted.
    package var promptLogprobs: Int?
    /// What the output must keep to; nil: nothing.
    package var guidance: Guidance?
    /// Keeps equal prefixes of different tenants apart.
    package var cacheSalt: UInt64 = 0
    /// Lower goes first; equal ones in order of arrival.
    package var priority = 0
    /// Whether `progress` events are wanted while the prompt is computed.
    package var reportsProgress = false

    package init(id: String, prompt: [Int32], maxTokens: Int) {
        self.id = id
        self.prompt = prompt
        self.maxTokens = maxTokens
    }
}

/// A token's log-probability and the most likely alternatives at its position, most likely first.
package struct TokenLogprobs: Sendable, Equatable {
    package var logprob: Float
    package var top: [(token: Int32, logprob: Float)]
    /// The token's own place among all: 1 for the most likely one.
    package var rank: Int

    package init(logprob: Float, top: [(token: Int32, logprob: Float)], rank: Int = 1) {
        self.logprob = logprob
        self.top = top
        self.rank = rank
    }

    package static func == (a: TokenLogprobs, b: TokenLogprobs) -> Bool {
        a.logprob == b.logprob && a.rank == b.rank && a.top.elementsEqual(b.top, by: { $0 == $1 })
    }
}

/// Why a choice ended.
package enum FinishReason: Sendable, Equatable {
    /// A stop token was drawn.
    case stopToken(Int32)
    /// The answer's grammar allows nothing more; no token stands for that.
    case grammar
    /// The choice was caught in a loop; see `RepetitionLimits`.
    case repetition
    /// `maxTokens` or the model's context is used up.
    case length
    /// The consumer asked for it.
    case cancelled
}

/// What a consumer of a generation sees, in order.
package enum GenerationEvent: Sendable {
    /// The prompt's first step is scheduled; this many of its tokens came from the prefix cache.
    case scheduled(cachedTokens: Int)
    /// So many of the prompt's tokens are computed, cached ones included; grows from event to event.
    case progress(promptTokens: Int)
    /// Log-probabilities of the prompt's tokens; the first has none.
    case promptLogprobs([TokenLogprobs?])
    /// One generated token.
    case token(choice: Int, id: Int32, logprobs: TokenLogprobs?)
    case finished(choice: Int, reason: FinishReason)
}

/// Why the engine did not take, or gave up, a request.
package enum EngineError: Error, Sendable, Equatable {
    /// Prompt plus at least one token exceed what the context or the whole pool holds.
    case promptTooLong(tokens: Int, limit: Int)
    /// Too many requests wait already.
    case queueFull(waiting: Int, retryAfterSeconds: Int)
    /// The engine drains or has stopped.
    case shuttingDown
    /// The runner failed; the text says why.
    case runnerFailed(String)
    /// A field has a value that no request may have.
    case invalidRequest(field: String, reason: String)
    /// What the output must keep to cannot be followed any further; the text says why.
    case constraintFailed(String)
}
