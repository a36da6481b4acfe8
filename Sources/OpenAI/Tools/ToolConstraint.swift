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
    /// the text that begins calls, if a function is strict. Arguments follow their function's schema, but those of
    /// functions that are not strict with `auto`, which are any object.
    func constraint(_ dialect: any ToolDialect) -> ToolConstraint? {
        guard !tools.isEmpty else { return nil }
        switch choice {
        case .auto:
            guard tools.contains(where: \.isStrict) else { return nil }
            return ToolConstraint(
                source: .structure(structure(dialect, followsTrigger: true)), trigger: dialect.trigger)
        case .required, .named:
            return ToolConstraint(source: .structure(structure(dialect, followsTrigger: false)), trigger: nil)
        }
    }

    private func structure(_ dialect: any ToolDialect, followsTrigger: Bool) -> GrammarStructure {
        let frame = dialect.frame
        let call = GrammarStructure.choice(
            tools.map { dialect.structure(of: $0, arguments: arguments(of: $0)) })
        var parts = [GrammarStructure.text(frame.open), call]
        if mostCalls > 1 {
            parts.append(
                .repetition(.sequence([.text(frame.separator), call]), atLeast: 0, atMost: mostCalls - 1))
        }
        parts.append(.text(frame.close))
        let whole = GrammarStructure.sequence(parts)
        return followsTrigger ? whole.dropping(prefix: dialect.trigger) : whole
    }

    private func arguments(of tool: Tool) -> GrammarStructure {
        if choice == .auto, !tool.isStrict { return .source(.jsonObject(), name: tool.name) }
        return .source(.jsonSchema(.object(tool.parameters)), name: tool.place)
    }

    private var mostCalls: Int { allowsParallelCalls ? Self.mostTools : 1 }
}
