/// What bounds the scheduler: the engine's configuration and the runner's facts, put together.
package struct SchedulerLimits: Sendable, Equatable {
    package var maxBatchedTokens: Int
    package var maxSequences: Int
    package var maxPrefillChunk: Int
    package var maxPromptLogprobRows: Int
    package var prefixCaching: Bool
    package var blockSize: Int
    package var blockCount: Int
    /// Longest sequence: the model's context, or what the whole pool holds.
    package var maxLength: Int
    package var distinguishesRoles: Bool
    /// Work for a mask within one step, some milliseconds; its sequence waits for what takes longer, the others do not.
    package var maskSteps = 20_000

    package init(_ configuration: EngineConfiguration, runner: any ModelRunner) {
        maxBatchedTokens = configuration.maxBatchedTokens
        maxSequences = min(configuration.maxSequences, configuration.maxBatchedTokens)
        maxPrefillChunk = configuration.maxPrefillChunk ?? configuration.maxBatchedTokens
        maxPromptLogprobRows = configuration.maxPromptLogprobRows
        prefixCaching = configuration.prefixCaching
        blockSize = runner.blockSize
        blockCount = runner.blockCount
        maxLength = min(configuration.maxModelLength ?? runner.contextLength, runner.blockCount * runner.blockSize)
        distinguishesRoles = runner.distinguishesRoles
    }

    /// Blocks that hold `tokens` positions.
    func blocks(for tokens: Int) -> Int { (tokens + blockSize - 1) / blockSize }
}
