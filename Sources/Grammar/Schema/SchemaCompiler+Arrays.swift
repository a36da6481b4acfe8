import JSON

extension SchemaCompiler {
    private static let uniqueValuesLimit = 10
    private static let prefixLimit = 1000

    /// The arrays that satisfy plain schemas.
    mutating func array(_ nodes: [SchemaNode]) throws(GrammarError) -> Expression {
        let (least, bound) = try bounds(nodes, "minItems", "maxItems")
        var most = bound
        var lists: [(prefix: [String], rest: String?)] = []
        for node in nodes { lists.append(try node.items()) }
        let prefixCount = lists.map(\.prefix.count).max() ?? 0
        guard prefixCount <= Self.prefixLimit else {
            throw .tooComplex("a schema lists more than \(Self.prefixLimit) items of an array")
        }
        if reading == .closed, prefixCount > 0, least <= prefixCount, lists.allSatisfy({ $0.rest == nil }) {
            most = min(most ?? prefixCount, prefixCount)
        }
        if most.map({ $0 < least }) ?? false { return .nothing }
        func schemas(_ index: Int) -> [String] {
            lists.compactMap { index < $0.prefix.count ? $0.prefix[index] : $0.rest }
        }
        if let node = nodes.first(where: { $0.members["uniqueItems"]?.boolValue == true }), most ?? 2 > 1 {
            return try distinctItems(schemas(prefixCount), prefixCount, least, most, node)
        }
        // From the last listed item to the first: what may follow it.
        var rest = Expression.repetition(
            .sequence([text.comma, try value(schemas(prefixCount))]), atLeast: max(0, least - max(prefixCount, 1)),
            atMost: most.map { max(0, $0 - max(prefixCount, 1)) })
        for index in stride(from: prefixCount - 1, through: 1, by: -1) {
            let item = Expression.sequence([text.comma, try value(schemas(index)), rest])
            let choices = (index < most ?? .max ? [item] : []) + (index >= least ? [.empty] : [])
            rest = .rule(try rules.add("", .choice(choices)))
        }
        let items = Expression.sequence([text.padding, try value(schemas(0)), rest, text.padding])
        let content = (most != 0 ? [items] : []) + (least == 0 ? [.empty] : [])
        return .sequence([.literal("["), .choice(content), .literal("]")])
    }

    /// The values that plain schemas leave, if they are listed or of types with few values.
    private mutating func listedValues(_ nodes: [SchemaNode]) throws(GrammarError) -> [JSONValue]? {
        if let values = try values(nodes) { return values }
        let types = try types(nodes, reading)
        guard types.isSubset(of: [.boolean, .null]) else { return nil }
        return (types.contains(.boolean) ? [true, false] : []) + (types.contains(.null) ? [.null] : [])
    }

    /// Arrays without equal items: possible where the items' values are listed and few.
    private mutating func distinctItems(
        _ schemas: [String], _ prefixCount: Int, _ least: Int, _ most: Int?, _ node: SchemaNode
    ) throws(GrammarError) -> Expression {
        var listed: [JSONValue] = []
        guard prefixCount == 0 else { throw node.unsupported("uniqueItems", " beside 'prefixItems'") }
        for nodes in try alternatives(of: schemas) {
            guard let own = try listedValues(nodes) else {
                throw node.unsupported(
                    "uniqueItems", " unless the items are one of up to \(Self.uniqueValuesLimit) listed values")
            }
            for value in own where !listed.contains(where: { SchemaEvaluator.isSame($0, value) }) {
                guard listed.count < Self.uniqueValuesLimit else {
                    throw node.unsupported(
                        "uniqueItems", " for items of more than \(Self.uniqueValuesLimit) listed values")
                }
                listed.append(value)
            }
        }
        // A rule for each set of values that are taken.
        var states: [Int] = []
        for _ in 0..<1 << listed.count { states.append(try rules.add()) }
        for taken in states.indices {
            let count = taken.nonzeroBitCount
            var choices: [Expression] = []
            if count < most ?? .max {
                for (index, value) in listed.enumerated() where taken >> index & 1 == 0 {
                    choices.append(
                        .sequence([
                            count == 0 ? text.padding : text.comma, text.literal(value),
                            .rule(states[taken | 1 << index]),
                        ]))
                }
            }
            if count >= least { choices.append(count == 0 ? .empty : text.padding) }
            rules.set(states[taken], .choice(choices))
        }
        return .sequence([.literal("["), .rule(states[0]), .literal("]")])
    }
}
