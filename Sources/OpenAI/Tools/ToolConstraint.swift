internal import Engine
internal import Grammar
internal import JSON
internal import Tokenization

/// What holds an answer to calls.
struct ToolConstraint: Sendable {
    var source: GrammarSource
    /// Begins to act after this text; nil: from the answer's beginning.
    var trigger: String?
}

extension ToolFields {
    /// What the answer must follow; nil where the model is free.
    ///
    /// `required` and a named function constrain the answer from its beginning. With `auto` it is constrained after
    /// the text that begins calls, if a function is strict; where the content is constrained too, the answer is either
    /// calls or such content. Arguments follow their function's schema, but those of functions that are not strict
    /// with `auto`, which are any object.
    ///
    /// - Parameter content: what the request wants the content to follow.
    func constraint(_ dialect: any ToolDialect, content: GrammarSource?) -> ToolConstraint? {
        guard !tools.isEmpty else { return nil }
        let calls = structure(dialect)
        guard choice == .auto else { return ToolConstraint(source: .structure(calls), trigger: nil) }
        if let content {
            return ToolConstraint(source: .structure(.choice([calls, .source(content)])), trigger: nil)
        }
        guard tools.contains(where: \.isStrict) else { return nil }
        return ToolConstraint(
            source: .structure(calls.dropping(prefix: dialect.trigger)), trigger: dialect.trigger)
    }

    private func structure(_ dialect: any ToolDialect) -> GrammarStructure {
        let frame = dialect.frame
        let call = GrammarStructure.choice(tools.map { dialect.structure(of: $0, arguments: arguments(of: $0)) })
        var parts = [GrammarStructure.text(frame.open), call]
        if allowsParallelCalls {
            let next = GrammarStructure.sequence([.text(frame.separator), call])
            parts.append(.repetition(next, atLeast: 0, atMost: Self.mostTools - 1))
        }
        parts.append(.text(frame.close))
        return .sequence(parts)
    }

    private func arguments(of tool: Tool) -> GrammarStructure {
        .source(choice == .auto && !tool.isStrict ? .jsonObject() : tool.argumentSource)
    }
}

extension Tool {
    fileprivate var argumentSource: GrammarSource { .jsonSchema(.object(parameters)) }
}

extension ModelContext {
    /// How the answer's calls are read; nil where there are no tools, or calls are content.
    ///
    /// - Throws: 400 for calls that are asked for where they cannot be told.
    func toolReading(_ fields: ToolFields) throws(APIError) -> ToolReading? {
        guard !fields.tools.isEmpty else { return nil }
        guard let chatPrompt, let dialect = chatPrompt.toolDialect else {
            guard fields.choice == .auto else {
                throw .invalidRequest(
                    "'tool_choice' must be 'auto' or 'none': the server runs with --tool-call-parser none.",
                    param: "tool_choice")
            }
            return nil
        }
        return ToolReading(
            parser: ToolCallParser(dialect, names: Set(fields.tools.map(\.name))), markers: chatPrompt.toolMarkers,
            endsAfterCall: !fields.allowsParallelCalls)
    }

    /// What holds the answer to calls; nil where the model is free.
    ///
    /// - Parameter content: what the request wants the content to follow.
    /// - Throws: 400 for a schema that cannot be followed.
    func answerGuide(_ fields: ToolFields, content: OutputConstraint?) throws(APIError) -> AnswerGuide? {
        guard let chatPrompt, let dialect = chatPrompt.toolDialect,
            let constraint = fields.constraint(dialect, content: content?.source)
        else { return nil }
        let grammar: CompiledGrammar
        do throws(APIError) {
            grammar = try guidance.grammars.compile(OutputConstraint(field: "tools", source: constraint.source))
        } catch {
            // One that cannot be followed alone is the one to name.
            if let content { _ = try guidance.grammars.compile(content) }
            for tool in fields.tools {
                _ = try guidance.grammars.compile(OutputConstraint(field: tool.place, source: tool.argumentSource))
            }
            throw error
        }
        let trigger = constraint.trigger.map { text -> AnswerGuide.Trigger in
            let token = chatPrompt.toolMarkers.first { $0.value == text }
            return token.map { .token($0.key) } ?? .text(Array(text.utf8))
        }
        return AnswerGuide(grammar: grammar, trigger: trigger)
    }
}

extension OutputConstraint {
    fileprivate init(field: String, source: GrammarSource) {
        self.field = field
        self.source = source
    }
}
