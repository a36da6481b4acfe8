import JSON

extension SchemaCompiler {
    private static let depthLimit = 4
    private static let comparisonsLimit = 30_000
    /// What building an automaton counts for, and its budget.
    private static let automatonCost = 300
    private static let automatonBudget = 100_000

    private mutating func count(_ comparisons: Int) throws(GrammarError) {
        self.comparisons += comparisons
        guard self.comparisons <= Self.comparisonsLimit else {
            throw .tooComplex("'oneOf' has too many branches to compare; use 'anyOf'")
        }
    }

    /// Whether it is certain that no text written for `left` satisfies `right`.
    mutating func isDisjoint(
        _ left: [SchemaNode], from right: [SchemaNode], depth: Int = 0
    ) throws(GrammarError) -> Bool {
        try count(1)
        if let values = try values(left) {
            for value in values where try satisfies(value, right) { return false }
            return true
        }
        if let values = try values(right) {
            for value in values where try satisfies(value, left) { return false }
            return true
        }
        let leftTypes = try types(left, reading)
        let rightTypes = try types(right, .open)
        for type in ValueType.intersection(leftTypes, rightTypes) {
            let isDisjoint =
                switch type {
                case .null, .boolean: false
                case .integer, .number:
                    try range(left, leftTypes).isDisjoint(from: range(right, rightTypes))
                case .string: try areStringsDisjoint(left, right)
                case .array: try areLengthsDisjoint(left, right)
                case .object: try areObjectsDisjoint(left, right, depth)
                }
            guard isDisjoint else { return false }
        }
        return true
    }

    private mutating func areStringsDisjoint(_ left: [SchemaNode], _ right: [SchemaNode]) throws(GrammarError) -> Bool {
        try count(Self.automatonCost)
        let both = Expression.intersection(try string(left, .canonicalJSON), try string(right, .canonicalJSON))
        do throws(GrammarError) {
            _ = try Automaton(RuleSet(both), budget: Self.automatonBudget)
            return false
        } catch {
            return error.kind == .unsatisfiable
        }
    }

    private func areLengthsDisjoint(_ left: [SchemaNode], _ right: [SchemaNode]) throws(GrammarError) -> Bool {
        let left = try bounds(left, "minItems", "maxItems")
        let right = try bounds(right, "minItems", "maxItems")
        return left.most ?? .max < right.least || right.most ?? .max < left.least
    }

    private mutating func areObjectsDisjoint(
        _ left: [SchemaNode], _ right: [SchemaNode], _ depth: Int
    ) throws(GrammarError) -> Bool {
        let leftRequired = try required(left)
        let rightRequired = try required(right)
        for name in rightRequired.keys where try !mayHave(name, left) { return true }
        for name in leftRequired.keys where try isForbidden(name, right) { return true }
        guard depth < Self.depthLimit else { return false }
        for name in leftRequired.keys + rightRequired.keys {
            var leftSchemas: [String] = []
            var rightSchemas: [String] = []
            for node in left { leftSchemas += try evaluator.schemas(ofMember: name, node) }
            for node in right { rightSchemas += try evaluator.schemas(ofMember: name, node) }
            if try areDisjoint(leftSchemas, rightSchemas, depth + 1) { return true }
        }
        return false
    }

    private mutating func areDisjoint(
        _ left: [String], _ right: [String], _ depth: Int
    ) throws(GrammarError) -> Bool {
        let rightAlternatives = try alternatives(of: right)
        for left in try alternatives(of: left) {
            for right in rightAlternatives where try !isDisjoint(left, from: right, depth: depth) { return false }
        }
        return true
    }

    private func required(_ nodes: [SchemaNode]) throws(GrammarError) -> JSONObject {
        var names = JSONObject()
        for node in nodes {
            for name in try node.strings("required") ?? [] { names[name] = .null }
        }
        return names
    }

    /// Whether objects written for these schemas may have a member.
    private mutating func mayHave(_ name: String, _ nodes: [SchemaNode]) throws(GrammarError) -> Bool {
        if try isForbidden(name, nodes) { return false }
        guard isClosed(nodes), try !required(nodes).contains(name) else { return true }
        for node in nodes where try !evaluator.schemas(ofMember: name, node).isEmpty { return true }
        return false
    }

    private mutating func isForbidden(_ name: String, _ nodes: [SchemaNode]) throws(GrammarError) -> Bool {
        for node in nodes where try isForbidden(evaluator.schemas(ofMember: name, node)) { return true }
        return false
    }

    /// Whether one of the schemas is `false`.
    mutating func isForbidden(_ schemas: [String]) throws(GrammarError) -> Bool {
        for schema in schemas where try evaluator.document.part(schema).boolValue == false { return true }
        return false
    }
}
