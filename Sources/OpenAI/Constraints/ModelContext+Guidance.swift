internal import Engine
internal import Grammar
internal import Tokenization

extension ModelContext {
    /// What a request's output is held to.
    ///
    /// - Parameters:
    ///   - prompt: its tail says where reasoning starts.
    ///   - length: the completion's greatest length, which efforts are shares of.
    ///   - reasons: whether the output has reasoning apart from the answer, as chat has.
    /// - Throws: 400 for a constraint that cannot be followed.
    func guidance(
        _ fields: GuidanceFields, prompt: [Int32], length: Int, reasons: Bool
    ) throws(APIError) -> Guidance {
        var result = Guidance()
        result.repetition = fields.repetition ?? guidance.repetition
        result.bannedSequences = fields.badWords.flatMap(bannedSequences)
        if let tokens = fields.allowedTokens {
            var mask = TokenMask(size: tokenizer.vocabularySize)
            for token in tokens { mask.insert(token) }
            result.allowedTokens = mask
        }
        if let constraint = fields.constraint {
            result.answer = AnswerGuide(grammar: try guidance.grammars.compile(constraint))
        }
        if reasons { result.reasoning = reasoningGuide(fields.budget, prompt: prompt, length: length) }
        return result
    }

    /// A word's tokens at the start of a text and after a space, as vLLM has them.
    private func bannedSequences(_ word: String) -> [[Int32]] {
        let word = String(word.drop { $0 == " " })
        let plain = tokenizer.encode(word)
        let spaced = tokenizer.encode(" " + word)
        let isOther = spaced.count == plain.count && spaced.first != plain.first
        return [plain].filter { !$0.isEmpty } + (isOther ? [spaced] : [])
    }

    private func reasoningGuide(_ budget: ReasoningBudget, prompt: [Int32], length: Int) -> ReasoningGuide {
        let tags = reasoning.tags
        let limit = [budget.tokens(of: length), guidance.maxReasoningTokens].compactMap(\.self).min()
        // Nothing was thought that a message could break off.
        let message = limit == 0 ? "" : budget.message ?? guidance.budgetMessage
        let lead = message.isEmpty || message.hasSuffix("\n") ? message : message + "\n"
        var closing = tokenizer.encode(lead.isEmpty ? "\n" : lead)
        var open = ReasoningGuide.Tag.text(Array(ReasoningTags.open.utf8))
        var close = ReasoningGuide.Tag.text(Array(ReasoningTags.close.utf8))
        if let openToken = tags.openToken, let closeToken = tags.closeToken {
            (open, close) = (.token(openToken), .token(closeToken))
            closing += [closeToken] + tokenizer.encode("\n\n")
        } else {
            closing = tokenizer.encode((lead.isEmpty ? "\n" : lead) + ReasoningTags.close + "\n\n")
        }
        var guide = ReasoningGuide(
            start: tags.start(after: prompt).section, open: open, close: close, closing: closing
        ) { [tokenizer] in tokenizer.bytes(of: $0) }
        guide.budget = limit
        guide.separators = Set(["\n", "\n\n"].map { tokenizer.encode($0) }.filter { $0.count == 1 }.flatMap(\.self))
        return guide
    }
}

extension ReasoningStart {
    fileprivate var section: ReasoningGuide.Section {
        switch state {
        case .undecided: .undecided
        case .reasoning: .reasoning
        case .content: .answer
        }
    }
}
