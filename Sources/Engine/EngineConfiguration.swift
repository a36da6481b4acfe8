/// How much the engine takes on at once.
package struct EngineConfiguration: Sendable, Equatable {
    /// Rows of one step, all sequences together.
    package var maxBatchedTokens = 512
    /// Sequences that run side by side; a step has at least one row for each, so `maxBatchedTokens` bounds it too.
    package var maxSequences = 64
    /// Most rows of one sequence in a step; nil: the step's budget alone decides.
    package var maxPrefillChunk: Int?
    /// Rows of a step whose logits may be wanted for prompt log-probabilities: it bounds the logits' memory.
    package var maxPromptLogprobRows = 64
    /// Keeps the blocks of finished and preempted sequences for later ones with an equal prefix.
    package var prefixCaching = true
    /// Requests that may wait for their first step beyond those that find a place at once.
    package var maxWaiting = 1024
    /// Longest sequence, prompt and answer together; nil: what the model can.
    package var maxModelLength: Int?

    package init() {}

    /// Throws for the first value that the engine cannot work with.
    package func validate(contextLength: Int) throws(EngineConfigurationError) {
        try Self.require(maxBatchedTokens >= 1, "maxBatchedTokens", maxBatchedTokens, "must be at least 1")
        try Self.require(maxSequences >= 1, "maxSequences", maxSequences, "must be at least 1")
        try Self.require(maxPromptLogprobRows >= 1, "maxPromptLogprobRows", maxPromptLogprobRows, "must be at least 1")
        try Self.require(maxWaiting >= 0, "maxWaiting", maxWaiting, "must not be negative")
        if let maxPrefillChunk {
            try Self.require(maxPrefillChunk >= 1, "maxPrefillChunk", maxPrefillChunk, "must be at least 1")
        }
        if let maxModelLength {
            try Self.require(maxModelLength >= 2, "maxModelLength", maxModelLength, "must be at least 2")
            try Self.require(
                maxModelLength <= contextLength, "maxModelLength", maxModelLength,
                "exceeds the model's context of \(contextLength) tokens; lower it or leave it out")
        }
    }

    /// Blocks of `blockSize` tokens that `bytes` of memory hold.
    package static func blockCount(bytes: Int, cacheBytesPerToken: Int, blockSize: Int) -> Int {
        precondition(cacheBytesPerToken > 0 && blockSize > 0, "a block has at least one byte")
        return max(bytes, 0) / (cacheBytesPerToken * blockSize)
    }

    private static func require(
        _ holds: Bool, _ field: String, _ value: Int, _ problem: String
    ) throws(EngineConfigurationError) {
        guard holds else { throw EngineConfigurationError(field: field, value: value, problem: problem) }
    }
}
