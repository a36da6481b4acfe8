internal import JSON
package import Jinja
package import Tokenization

/// Turns conversations into prompts by a model's own chat template.
package struct ChatPrompt: Sendable {
    private let template: Template
    private let tokenizer: Tokenizer
    private let index: SpecialTextIndex
    private let templateMarks: Set<Unicode.Scalar>
    /// Left alone in assistants' messages: templates split or repeat the reasoning of earlier turns at them.
    private let reasoningTags: Set<Int32>
    /// How the model calls tools; nil: calls stay in the content.
    let toolDialect: (any ToolDialect)?
    private let toolTraits: TemplateToolTraits

    /// - Parameters:
    ///   - source: the template in Jinja.
    ///   - toolParser: how the model calls tools.
    package init(
        source: String, tokenizer: Tokenizer, controlTokens: ControlTokens, toolParser: ToolParserName = .auto
    ) throws(TemplateError) {
        let template = try Template(source)
        self.template = template
        self.tokenizer = tokenizer
        index = SpecialTextIndex(controlTokens.tokens)
        templateMarks = ContentGuard.plane16(in: source)
        let tags = ReasoningTags(tokenizer: tokenizer, controlTokens: controlTokens)
        reasoningTags = Set([tags.openToken, tags.closeToken].compactMap { $0 })
        let dialect = toolParser.dialect(template: source, controlTokens: controlTokens)
        toolDialect = dialect
        toolTraits =
            dialect.map {
                TemplateToolTraits(template, variables: Self.specialTokens(of: tokenizer), dialect: $0)
            } ?? TemplateToolTraits()
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
        let declarations = request.tools.tools.map(\.declaration)
        var guarded = ContentGuard(
            index: index, taken: templateMarks,
            values: messages.map(JSONValue.object) + declarations + [.object(request.variables)])

        var context = Self.specialTokens(of: tokenizer)
        for (name, value) in guarded.escape(request.variables) { context[name] = value }
        var conversation = turns.conversation(request.messages, request.tools, &guarded)
        let continues = request.continuesFinalMessage || conversation.endsInsideTurn
        var mark: Unicode.Scalar?
        let isWhole = request.continuesFinalMessage && request.messages.last?.toolCalls.isEmpty == false
        if continues, !isWhole { mark = markEnd(of: &conversation.messages, &guarded) }
        context["messages"] = .array(conversation.messages)
        if !declarations.isEmpty { context["tools"] = guarded.escape(.array(declarations)) }
        context["add_generation_prompt"] = .bool(request.addsGenerationPrompt && !continues)

        var text: String
        do {
            text = try template.render(context)
        } catch {
            throw .invalidRequest(
                "The chat template refuses the messages: \(error.kind == .raised ? error.message : "\(error)")",
                param: "messages")
        }
        if continues {
            guard let mark, let end = text.unicodeScalars.lastIndex(of: mark) else {
                throw .invalidRequest(
                    "'continue_final_message' needs a last message whose content the chat template keeps.",
                    param: "messages[\(messages.count - 1)]")
            }
            text = String(text[..<end])
        }
        return Rendered(text: guarded.restore(text), tokens: guarded.encode(text, with: tokenizer))
    }

    private var turns: ToolTurns {
        ToolTurns(
            dialect: toolDialect, traits: toolTraits, endText: tokenizer.endToken?.text ?? "",
            reasoningTags: reasoningTags)
    }

    /// `bos_token` and its like, as the checkpoint's tokenizer_config.json names them.
    private static func specialTokens(of tokenizer: Tokenizer) -> JSONObject {
        var result = JSONObject()
        if let token = tokenizer.beginToken { result["bos_token"] = .string(token.text) }
        if let token = tokenizer.endToken { result["eos_token"] = .string(token.text) }
        if let token = tokenizer.padToken { result["pad_token"] = .string(token.text) }
        return result
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
