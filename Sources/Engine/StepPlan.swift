package import Grammar
package import Models

/// All that a runner needs to know for one step, as one flat value.
///
/// It refers to nothing outside itself but the cache's blocks, so that it can be copied to a device or sent to other
/// ranks, and a step that is planned again gives the same result.
package struct StepPlan: Sendable {
    /// Rows, positions, roles (by `promptLength`), block tables, and the rows whose logits are wanted.
    package var batch: ForwardBatch
    /// Tokens to draw. Several may use one row: the choices of a request draw their first token from the same logits.
    package var samples: [SampleTask]
    package var promptLogprobs: [PromptLogprobTask]

    package init(batch: ForwardBatch, samples: [SampleTask], promptLogprobs: [PromptLogprobTask]) {
        self.batch = batch
        self.samples = samples
        self.promptLogprobs = promptLogprobs
    }
}

/// One token to draw.
package struct SampleTask: Sendable, Equatable {
    /// Index into `batch.logitRows`.
    package var logitIndex: Int
    /// Position that the drawn token will have; with the seed and the choice it decides the draw.
    package var position: Int
    package var choice: Int
    package var parameters: SamplingParameters
    /// Present where the parameters have penalties.
    package var history: TokenHistory?
    /// Tokens that must not be drawn.
    package var bannedTokens: [Int32]
    /// The tokens that may be drawn; nil: all.
    package var mask: TokenMask?
    /// The token to take without a draw.
    package var forced: Int32?

    package init(
        logitIndex: Int, position: Int, choice: Int, parameters: SamplingParameters, history: TokenHistory? = nil,
        bannedTokens: [Int32] = [], mask: TokenMask? = nil, forced: Int32? = nil
    ) {
        self.logitIndex = logitIndex
        self.position = position
        self.choice = choice
        self.parameters = parameters
        self.history = history
        self.bannedTokens = bannedTokens
        self.mask = mask
        self.forced = forced
    }
}

/// Log-probabilities of known tokens, one per consecutive wanted row.
package struct PromptLogprobTask: Sendable, Equatable {
    /// Index into `batch.logitRows` of the first row.
    package var firstLogitIndex: Int
    /// The token after each row.
    package var targets: [Int32]
    /// Number of alternatives.
    package var top: Int

    package init(firstLogitIndex: Int, targets: [Int32], top: Int) {
        self.firstLogitIndex = firstLogitIndex
        self.targets = targets
        self.top = top
    }
}
