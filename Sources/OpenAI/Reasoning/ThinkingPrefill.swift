internal import Tokenization

/// Ends rendered prompts so that the model thinks, or does not.
///
/// Three vintages of templates are in use: those that write `<think>\n` behind the assistant's mark (R1 since
/// February 2025, the distills), those that leave the tag to the model (R1-0528, R1's first weeks), and those with a
/// switch of their own (V3.1, Qwen3). What a prompt lacks follows from its last tokens.
struct ThinkingPrefill: Sendable {
    private static let opening = ReasoningTags.open + "\n"
    /// What R1 itself writes when it skips its chain of thought (its model card calls that its bypass pattern).
    private static let emptyBlock = opening + "\n" + ReasoningTags.close + "\n\n"

    private let tags: ReasoningTags
    private let tokenizer: Tokenizer
    private let controlTokens: Set<Int32>
    /// Whether the template's own prompts differ with the `thinking` and `enable_thinking` variables.
    private let hasSwitch: Bool
    /// What an answer to a user follows, such as `<｜Assistant｜>`; nil: there is no such token.
    private let answerMark: Int32?

    /// - Parameter prompts: the template's prompts for one user message, without and with thinking switched on and off.
    init(tags: ReasoningTags, tokenizer: Tokenizer, controlTokens: ControlTokens, prompts: Prompts?) {
        self.tags = tags
        self.tokenizer = tokenizer
        self.controlTokens = Set(controlTokens.tokens.map(\.id))
        hasSwitch = prompts.map { $0.switchedOn != $0.switchedOff } ?? false
        let marks = self.controlTokens.subtracting([tags.openToken, tags.closeToken].compactMap { $0 })
        answerMark = prompts?.plain.last(where: marks.contains)
    }

    struct Prompts {
        var plain: [Int32]
        var switchedOn: [Int32]
        var switchedOff: [Int32]
    }

    /// What a prompt that asks for an answer lacks; empty where it is as wanted, or the template has decided.
    ///
    /// - Parameters:
    ///   - isWanted: nil: the request does not say.
    ///   - isEnforced: see ``ThinkingPolicy``.
    func suffix(of prompt: [Int32], isWanted: Bool?, isEnforced: Bool) -> String {
        let start = tags.start(after: prompt)
        switch (start.state, isWanted) {
        case (.reasoning, false?) where start.followsTag:
            return "\n" + ReasoningTags.close + "\n\n"
        case (.undecided, _) where !hasSwitch && tags.openToken != nil && endsInAnswerMark(prompt):
            if isWanted == false { return Self.emptyBlock }
            return isWanted == true || isEnforced ? Self.opening : ""
        default:
            return ""
        }
    }

    /// The prompt with more text, with the ids of both as one text.
    func append(_ suffix: String, to prompt: [Int32]) -> [Int32] {
        let end = prompt.lastIndex(where: controlTokens.contains).map { $0 + 1 } ?? 0
        let tail = prompt[end...]
        guard isWhitespace(tail) else { return prompt + tokenizer.encode(suffix) }
        return prompt[..<end] + tokenizer.encode(tokenizer.decode(tail, skippingSpecialTokens: false) + suffix)
    }

    /// Whether the model is to answer a user, and not to go on after a tool's result or a text of its own.
    private func endsInAnswerMark(_ prompt: [Int32]) -> Bool {
        guard let mark = prompt.lastIndex(where: controlTokens.contains) else { return false }
        return prompt[mark] == answerMark && isWhitespace(prompt[(mark + 1)...])
    }

    private func isWhitespace(_ tokens: ArraySlice<Int32>) -> Bool {
        tokens.allSatisfy { tokenizer.bytes(of: $0).allSatisfy(\.isWhitespace) }
    }
}
