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
