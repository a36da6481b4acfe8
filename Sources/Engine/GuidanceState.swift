internal import Grammar

/// What one choice's tokens so far mean for the next one: a function of them alone, save for `endReasoning()`.
package struct GuidanceState: Sendable {
    private let guidance: Guidance
    private var reasoning: ReasoningState?
    private var answer: AnswerState?
    /// Whether the close tag came just now: a line break may follow.
    private var followsTag = false

    /// At the first generated token.
    package init(_ guidance: Guidance) {
        self.guidance = guidance
        let constrains = guidance.answer.map { $0.trigger == nil } ?? false
        reasoning = guidance.reasoning.map { ReasoningState($0, decidesAtOnce: constrains) }
        answer = guidance.answer.map { AnswerState($0) }
    }

    /// Whether the answer's grammar allows nothing more.
    package var isComplete: Bool { answer?.isAtEnd ?? false }

    /// Has reasoning close at the next token, as a spent budget does; an answer goes on unchanged.
    package mutating func endReasoning() { reasoning?.end() }

    /// Goes on by a generated token.
    package mutating func advance(by token: Int32) throws(EngineError) {
        let wasAnswer = reasoning?.section ?? .answer == .answer
        let part = reasoning?.advance(by: token) ?? .token
        let followedTag = followsTag
        followsTag = false
        guard reasoning?.section ?? .answer == .answer else { return }
        if part == .nothing {
            followsTag = !wasAnswer
            return
        }
        do {
            let isAllowed =
                switch part {
                case .bytes(let bytes): try answer?.advance(by: bytes) ?? true
                default: try answer?.advance(by: token) ?? true
                }
            if isAllowed || followedTag && separators.contains(token) { return }
        } catch {
            throw .constraintFailed("\(error)")
        }
        throw .constraintFailed("the reasoning's end and the answer's beginning share a token that the grammar forbids")
    }

    /// What the next token is held to.
    ///
    /// - Parameters:
    ///   - generated: the tokens that the state went by.
    ///   - stops: tokens that should not come yet, because of `minTokens`.
    ///   - maskSteps: the most work for a mask; nil: all that a mask may take.
    /// - Returns: nil when the mask takes more than that; another call gets further.
    package func constraint(
        after generated: ArraySlice<Int32>, stops: [Int32] = [], maskSteps: Int? = nil
    ) throws(EngineError) -> TokenConstraint? {
        if let forced = reasoning?.forced { return TokenConstraint(forced: forced) }
        var mask: TokenMask?
        do {
            mask = try grammarMask(steps: maskSteps)
        } catch {
            if maskSteps != nil, error.kind == .tooComplex { return nil }
            throw .constraintFailed("\(error)")
        }
        if let allowed = guidance.allowedTokens { mask = mask?.intersection(allowed) ?? allowed }
        var banned = completions(of: guidance.bannedSequences, after: generated)
        if reasoning?.section == .reasoning, let answer = guidance.answer, answer.trigger == nil {
            banned += answer.grammar.vocabulary.endTokens
        }
        guard let mask else { return TokenConstraint(banned: banned + stops) }
        if mask.hasMember(outside: banned + stops) { return TokenConstraint(mask: mask, banned: banned + stops) }
        if mask.hasMember(outside: banned) { return TokenConstraint(mask: mask, banned: banned) }
        throw .constraintFailed(
            "the output's grammar, 'allowed_token_ids' and 'bad_words' leave no token after \(generated.count) tokens")
    }

    private var separators: Set<Int32> { guidance.reasoning?.separators ?? [] }

    private func grammarMask(steps: Int?) throws(GrammarError) -> TokenMask? {
        guard let section = reasoning?.section else { return try answer?.mask(steps: steps) }
        guard section != .reasoning, var mask = try answer?.mask(steps: steps) else { return nil }
        if section == .undecided, case .token(let token)? = guidance.reasoning?.open { mask.insert(token) }
        if followsTag { for token in separators { mask.insert(token) } }
        return mask
    }

    private func completions(of sequences: [[Int32]], after generated: ArraySlice<Int32>) -> [Int32] {
        sequences.compactMap { sequence in
            guard let last = sequence.last, generated.count >= sequence.count - 1 else { return nil }
            return generated.suffix(sequence.count - 1).elementsEqual(sequence.dropLast()) ? last : nil
        }
    }
}

extension TokenMask {
    fileprivate func hasMember(outside banned: [Int32]) -> Bool {
        guard !banned.isEmpty else { return !isEmpty }
        var rest = self
        for token in banned { rest.remove(token) }
        return !rest.isEmpty
    }
}
