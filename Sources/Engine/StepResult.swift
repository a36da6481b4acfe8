/// What a step gives back, in the order of the plan's tasks.
package struct StepResult: Sendable {
    /// Nil where the logits were not finite.
    package var samples: [SampledToken?]
    /// For each task one entry per target; nil where the logits were not finite.
    package var promptLogprobs: [[TokenLogprobs]?]

    package init(samples: [SampledToken?], promptLogprobs: [[TokenLogprobs]?]) {
        self.samples = samples
        self.promptLogprobs = promptLogprobs
    }
}

/// A token that was drawn.
package struct SampledToken: Sendable, Equatable {
    package var token: Int32
    package var logprobs: TokenLogprobs?

    package init(token: Int32, logprobs: TokenLogprobs?) {
        self.token = token
        self.logprobs = logprobs
    }
}
