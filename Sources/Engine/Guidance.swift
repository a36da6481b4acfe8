package import Grammar

/// What a request's output must keep to, beyond the model's own wish.
///
/// Where several parts speak about a token, they combine so: a forced token (the tags around reasoning, the closing
/// words at the budget) is taken whatever the others say. Else the answer's grammar, `allowedTokens` and
/// `bannedSequences` hold together, and the request fails where they leave nothing. `minTokens` yields to them: a
/// choice that can only end does so. Logit bias and penalties only weigh what is left.
package struct Guidance: Sendable {
    package var reasoning: ReasoningGuide?
    package var answer: AnswerGuide?
    /// The only tokens of the whole output, reasoning included; nil: all.
    package var allowedTokens: TokenMask?
    /// Sequences that are not completed: the last token is not drawn where the others came right before.
    package var bannedSequences: [[Int32]] = []
    package var repetition: RepetitionLimits?

    package init() {}
}

/// What the answer must follow.
package struct AnswerGuide: Sendable {
    /// What sets a grammar off.
    package enum Trigger: Sendable, Equatable {
        case token(Int32)
        case text([UInt8])
    }

    package var grammar: CompiledGrammar
    /// nil: the whole answer follows the grammar, and ends with it. Else the answer is free, and follows the grammar
    /// after each occurrence of the trigger until the grammar is at its end.
    package var trigger: Trigger?

    package init(grammar: CompiledGrammar, trigger: Trigger? = nil) {
        self.grammar = grammar
        self.trigger = trigger
    }
}

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
