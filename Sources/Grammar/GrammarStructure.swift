internal import JSON

/// Fixed texts and constraints in a row, as an answer around JSON has them: the syntax of tool calls.
package indirect enum GrammarStructure: Sendable {
    /// Written as it is. Where it has the text of an added token, only that token will do.
    case text(String)
    case source(GrammarSource)
    case sequence([GrammarStructure])
    case choice([GrammarStructure])
    /// `atMost` nil: without end.
    case repetition(GrammarStructure, atLeast: Int, atMost: Int?)

    /// The same without a text that all of it begins with.
    package func dropping(prefix: String) -> GrammarStructure {
        switch self {
        case .text(let text):
            return .text(text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
        case .sequence(let parts):
            guard let place = parts.firstIndex(where: { !$0.isEmpty }) else { return self }
            return .sequence([parts[place].dropping(prefix: prefix)] + parts[(place + 1)...])
        case .choice(let parts):
            return .choice(parts.map { $0.dropping(prefix: prefix) })
        case .source, .repetition:
            return self
        }
    }

    private var isEmpty: Bool {
        if case .text(let text) = self { text.isEmpty } else { false }
    }

    /// Equal for equal structures only.
    var key: String {
        switch self {
        case .text(let text): JSONValue.string(text).serialized()
        case .source(let source): "source(\(source.key))"
        case .sequence(let parts): "sequence(\(parts.map(\.key).joined(separator: " ")))"
        case .choice(let parts): "choice(\(parts.map(\.key).joined(separator: " ")))"
        case .repetition(let part, let least, let most):
            "repetition(\(least) \(most.map(String.init) ?? "") \(part.key))"
        }
    }

    func rules(_ vocabulary: TokenVocabulary?) throws(GrammarError) -> RuleSet {
        var rules = RuleSet()
        var known: [String: Int] = [:]
        rules.start = try expression(&rules, &known, vocabulary)
        return rules
    }

    /// - Parameter known: rules of sources that occurred before, by their keys.
    private func expression(
        _ rules: inout RuleSet, _ known: inout [String: Int], _ vocabulary: TokenVocabulary?
    ) throws(GrammarError) -> Expression {
        switch self {
        case .text(let text):
            return vocabulary?.literal(text) ?? .literal(text)
        case .source(let source):
            if let rule = known[source.key] { return .rule(rule) }
            let start = rules.append(try source.rules(vocabulary))
            let rule = try rules.add("", start)
            known[source.key] = rule
            return .rule(rule)
        case .sequence(let parts):
            var expressions: [Expression] = []
            for part in parts { expressions.append(try part.expression(&rules, &known, vocabulary)) }
            return .sequence(expressions)
        case .choice(let parts):
            var expressions: [Expression] = []
            for part in parts { expressions.append(try part.expression(&rules, &known, vocabulary)) }
            return .choice(expressions)
        case .repetition(let part, let least, let most):
            return .repetition(try part.expression(&rules, &known, vocabulary), atLeast: least, atMost: most)
        }
    }
}
