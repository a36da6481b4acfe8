/// When a choice counts as caught in a loop: its last `minCount` groups of n tokens are equal, for some n from
/// `minPatternSize` to `maxPatternSize`. vLLM's `repetition_detection`.
package struct RepetitionLimits: Sendable, Equatable {
    package var maxPatternSize: Int
    package var minPatternSize: Int
    package var minCount: Int

    package init(maxPatternSize: Int, minPatternSize: Int = 1, minCount: Int) {
        self.maxPatternSize = maxPatternSize
        self.minPatternSize = minPatternSize
        self.minCount = minCount
    }

    /// Whether generated tokens end in a loop.
    package func isMet(by tokens: ArraySlice<Int32>) -> Bool {
        guard minCount >= 2, minPatternSize >= 1, maxPatternSize >= minPatternSize else { return false }
        let longest = min(maxPatternSize, tokens.count / minCount)
        guard longest >= minPatternSize else { return false }
        return (minPatternSize...longest).contains { size in
            let first = tokens.endIndex - size * (minCount - 1)
            // The newest tokens differ soonest.
            return (first..<tokens.endIndex).reversed().allSatisfy { tokens[$0] == tokens[$0 - size] }
        }
    }
}
