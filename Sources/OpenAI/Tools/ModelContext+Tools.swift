internal import Engine
internal import Grammar
internal import Tokenization

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
