extension SamplingParameters {
    /// Whether the draw depends on the tokens so far.
    var hasPenalties: Bool { presencePenalty != 0 || frequencyPenalty != 0 || repetitionPenalty != 1 }
}

extension SampleTask {
    /// Whether the logits that are drawn from differ from the model's.
    var adjustsLogits: Bool { mask != nil || history != nil || !bannedTokens.isEmpty || !parameters.logitBias.isEmpty }
}
