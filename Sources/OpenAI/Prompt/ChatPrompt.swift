internal import JSON
package import Jinja
package import Tokenization

/// Turns conversations into prompts by a model's own chat template.
package struct ChatPrompt: Sendable {
    /// The template in Jinja.
    package let source: String
    private let template: Template
    private let tokenizer: Tokenizer
    private let index: SpecialTextIndex
    private let templateMarks: Set<Unicode.Scalar>
    /// Left alone in assistants' messages: templates split or repeat the reasoning of earlier turns at them.
    private let reasoningTags: Set<Int32>

    /// - Parameter source: the template in Jinja.
    package init(source: String, tokenizer: Tokenizer, controlTokens: ControlTokens) throws(TemplateError) {
        self.source = source
        template = try Template(source)
        self.tokenizer = tokenizer
        index = SpecialTextIndex(controlTokens.tokens)
        templateMarks = ContentGuard.plane16(in: source)
        let tags = ReasoningTags(tokenizer: tokenizer, controlTokens: controlTokens)
        reasoningTags = Set([tags.openToken, tags.closeToken].compactMap { $0 })
    }

    /// A conversation as the model reads it.
    struct Rendered: Sendable, Equatable {
        var text: String
        var tokens: [Int32]
    }

    /// Renders and encodes; see ``ContentGuard`` for what becomes of control texts inside messages.
    ///
    /// - Throws: 400 when the template refuses the conversation.
    func render(_ request: TemplateFields) throws(APIError) -> Rendered {
        let messages = request.messages.map(\.templateValue)
        var guarded = ContentGuard(
            index: index, taken: templateMarks,
            values: messages.map(JSONValue.object) + request.tools + [.object(request.variables)])

        var context = JSONObject()
        for (name, token) in specialTokens { context[name] = .string(token) }
        for (name, value) in guarded.escape(request.variables) { context[name] = value }
        var escaped: [JSONValue] = []
        for (message, value) in zip(request.messages, messages) {
            escaped.append(.object(guarded.escape(value, keeping: message.role == .assistant ? reasoningTags : [])))
        }
        var mark: Unicode.Scalar?
        let prefill = request.prefill
        if prefill != nil {
            escaped.removeLast()
        } else if request.continuesFinalMessage {
            mark = markEnd(of: &escaped, &guarded)
        }
        context["messages"] = .array(escaped)
        if !request.tools.isEmpty { context["tools"] = guarded.escape(.array(request.tools)) }
        context["add_generation_prompt"] = .bool(request.addsGenerationPrompt || prefill != nil)

        var text: String
        do {
            text = try template.render(context)
        } catch {
            throw .invalidRequest(
                "The chat template refuses the messages: \(error.kind == .raised ? error.message : "\(error)")",
                param: "messages")
        }
        if let prefill {
            text += try prefill.text(after: text, &guarded)
        } else if request.continuesFinalMessage {
            guard let mark, let end = text.unicodeScalars.lastIndex(of: mark) else {
                throw .invalidRequest(
                    "'continue_final_message' needs a last message whose content the chat template keeps.",
                    param: "messages[\(messages.count - 1)]")
            }
            text = String(text[..<end])
        }
        return Rendered(text: guarded.restore(text), tokens: guarded.encode(text, with: tokenizer))
    }

    /// `bos_token` and its like, as the checkpoint's tokenizer_config.json names them.
    private var specialTokens: [(String, String)] {
        [
            ("bos_token", tokenizer.beginToken?.text), ("eos_token", tokenizer.endToken?.text),
            ("pad_token", tokenizer.padToken?.text),
        ].compactMap { name, text in text.map { (name, $0) } }
    }

    /// Puts a mark behind the last message's content; nil if it has none.
    private func markEnd(of messages: inout [JSONValue], _ guarded: inout ContentGuard) -> Unicode.Scalar? {
        guard case .object(var last)? = messages.last, let content = last["content"]?.stringValue else { return nil }
        let mark = guarded.makeMark()
        last["content"] = .string(content + String(Character(mark)))
        messages[messages.count - 1] = .object(last)
        return mark
    }
}
