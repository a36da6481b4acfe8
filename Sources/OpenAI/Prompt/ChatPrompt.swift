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
    /// How the model calls tools; nil: calls stay in the content.
    let toolDialect: (any ToolDialect)?
    /// The dialect's control texts that are tokens.
    let toolMarkers: [Int32: String]
    private let toolTraits: TemplateToolTraits
    private var prefill: ThinkingPrefill

    /// - Parameters:
    ///   - source: the template in Jinja.
    ///   - toolParser: how the model calls tools.
    package init(
        source: String, tokenizer: Tokenizer, controlTokens: ControlTokens, toolParser: ToolParserName = .auto
    ) throws(TemplateError) {
        self.source = source
        let template = try Template(source)
        self.template = template
        self.tokenizer = tokenizer
        index = SpecialTextIndex(controlTokens.tokens)
        templateMarks = ContentGuard.plane16(in: source)
        let tags = ReasoningTags(tokenizer: tokenizer, controlTokens: controlTokens)
        reasoningTags = Set([tags.openToken, tags.closeToken].compactMap { $0 })
        let dialect = toolParser.dialect(template: source, controlTokens: controlTokens)
        toolDialect = dialect
        var markers: [Int32: String] = [:]
        for (token, text) in controlTokens.tokens where dialect?.markers.contains(text) ?? false {
            markers[token] = text
        }
        toolMarkers = markers
        toolTraits =
            dialect.map {
                TemplateToolTraits(template, variables: Self.specialTokens(of: tokenizer), dialect: $0)
            } ?? TemplateToolTraits()
        prefill = ThinkingPrefill(tags: tags, tokenizer: tokenizer, controlTokens: controlTokens, prompts: nil)
        prefill = ThinkingPrefill(
            tags: tags, tokenizer: tokenizer, controlTokens: controlTokens, prompts: samplePrompts)
    }

    /// What the template makes of one user message; nil if it refuses that.
    private var samplePrompts: ThinkingPrefill.Prompts? {
        func prompt(_ isThinking: Bool?) throws(APIError) -> [Int32] {
            var request = TemplateFields(messages: [ChatMessage(role: .user, content: "Hi")])
            request.isThinking = isThinking
            return try renderTemplate(request).tokens
        }
        do {
            return .init(plain: try prompt(nil), switchedOn: try prompt(true), switchedOff: try prompt(false))
        } catch {
            return nil
        }
    }

    /// A conversation as the model reads it.
    struct Rendered: Sendable, Equatable {
        var text: String
        var tokens: [Int32]
    }

    /// Renders and encodes; see ``ContentGuard`` for what becomes of control texts inside messages.
    ///
    /// - Parameter enforcesThinking: see ``ThinkingPolicy``.
    /// - Throws: 400 when the template refuses the conversation.
    func render(_ request: TemplateFields, enforcesThinking: Bool = false) throws(APIError) -> Rendered {
        var rendered = try renderTemplate(request)
        guard request.addsGenerationPrompt, !request.continuesFinalMessage else { return rendered }
        let suffix = prefill.suffix(
            of: rendered.tokens, isWanted: request.isThinking, isEnforced: enforcesThinking)
        guard !suffix.isEmpty else { return rendered }
        rendered.text += suffix
        rendered.tokens = prefill.append(suffix, to: rendered.tokens)
        return rendered
    }

    private func renderTemplate(_ request: TemplateFields) throws(APIError) -> Rendered {
        let messages = request.messages.map(\.templateValue)
        let declarations = request.tools.tools.map(\.declaration)
        var guarded = ContentGuard(
            index: index, taken: templateMarks,
            values: messages.map(JSONValue.object) + declarations + [.object(request.variables)])

        var context = Self.specialTokens(of: tokenizer)
        if let isThinking = request.isThinking {
            for name in ["thinking", "enable_thinking"] { context[name] = .bool(isThinking) }
        }
        for (name, value) in guarded.escape(request.variables) { context[name] = value }
        let prefill = request.prefill
        let past = prefill == nil ? request.messages : request.messages.dropLast()
        var conversation = turns.conversation(past, request.tools, folds: request.foldsSystemPrompt, &guarded)
        let continues = prefill == nil && request.continuesFinalMessage || conversation.endsInsideTurn
        var mark: Unicode.Scalar?
        let isWhole =
            prefill == nil && request.continuesFinalMessage && request.messages.last?.toolCalls.isEmpty == false
        if continues, !isWhole { mark = markEnd(of: &conversation.messages, &guarded) }
        context["messages"] = .array(conversation.messages)
        if !declarations.isEmpty { context["tools"] = guarded.escape(.array(declarations)) }
        context["add_generation_prompt"] = .bool((request.addsGenerationPrompt || prefill != nil) && !continues)

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
        if let prefill { text += try prefill.text(after: text, &guarded) }
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
