/// What has happened since the start; every value only grows.
package struct EngineCounters: Sendable, Equatable {
    package var steps = 0
    package var preemptions = 0
    /// Tokens of prompts that were started, cached ones included.
    package var promptTokens = 0
    package var generatedTokens = 0
    /// Rows that were computed, those of recomputed positions included.
    package var computedTokens = 0
    /// Prompt tokens that were looked up in the prefix cache, and those found there.
    package var prefixQueryTokens = 0
    package var prefixHitTokens = 0

    package init() {}
}
