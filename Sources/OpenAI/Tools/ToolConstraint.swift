internal import Grammar
internal import JSON

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
    var argumentSource: GrammarSource { .jsonSchema(.object(parameters)) }
}
