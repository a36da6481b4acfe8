import Engine

/// All that a consumer is told of a request, put together.
struct Outcome: Equatable {
    struct Choice: Equatable {
        var tokens: [Int32] = []
        var logprobs: [TokenLogprobs?] = []
        var reason: FinishReason?
    }

    var choices: [Choice]
    var promptLogprobs: [TokenLogprobs?]?
    /// Depends on how the prompt was cut: not a part of the result.
    private(set) var progress: [Int] = []

    static func == (a: Outcome, b: Outcome) -> Bool {
        a.choices == b.choices && a.promptLogprobs == b.promptLogprobs
    }

    init(choices: Int) { self.choices = Array(repeating: Choice(), count: choices) }

    mutating func add(_ event: GenerationEvent) {
        switch event {
        case .scheduled: break
        case .progress(let promptTokens):
            precondition(promptTokens > progress.last ?? 0, "progress grows")
            progress.append(promptTokens)
        case .promptLogprobs(let logprobs):
            precondition(promptLogprobs == nil, "prompt log-probabilities come once")
            promptLogprobs = logprobs
        case .token(let choice, let id, let logprobs):
            precondition(choices[choice].reason == nil, "nothing follows a choice's end")
            choices[choice].tokens.append(id)
            choices[choice].logprobs.append(logprobs)
        case .finished(let choice, let reason):
            precondition(choices[choice].reason == nil, "a choice ends once")
            choices[choice].reason = reason
        }
    }
}
