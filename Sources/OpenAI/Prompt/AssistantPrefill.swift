/// The beginning of an assistant's turn with a chain of thought, which the model goes on with.
///
/// Templates drop the reasoning of past turns, so it is written here in the way that R1 writes it: into the `<think>`
/// block that the template opens, or that is opened for it. Without content the block stays open.
struct AssistantPrefill: Sendable, Equatable {
    var reasoning: String
    /// Empty: the model goes on with the reasoning.
    var content: String

    /// What follows a prompt that ends where the assistant's turn begins.
    ///
    /// - Throws: 400 where the template has closed the block, since thinking is switched off.
    func text(after prompt: String, _ guarded: inout ContentGuard) throws(APIError) -> String {
        let last = prompt.lastIndex { !$0.isWhitespace }.map { prompt[...$0] } ?? ""
        guard !last.hasSuffix(ReasoningTags.close) else {
            throw .invalidRequest(
                "A last message with 'reasoning_content' needs thinking, which this request switches off.",
                param: "messages")
        }
        let opening = last.hasSuffix(ReasoningTags.open) ? "" : ReasoningTags.open + "\n"
        let thought = opening + guarded.escape(reasoning)
        return content.isEmpty ? thought : thought + "\n" + ReasoningTags.close + "\n\n" + guarded.escape(content)
    }
}

extension TemplateFields {
    /// The last message where it is to be continued and has a chain of thought.
    var prefill: AssistantPrefill? {
        guard continuesFinalMessage, let last = messages.last, last.role == .assistant,
            let reasoning = last.reasoning, !reasoning.isEmpty
        else { return nil }
        return AssistantPrefill(reasoning: reasoning, content: last.content ?? "")
    }
}
