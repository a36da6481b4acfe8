import JSON

extension SchemaCompiler {
    private static let patternsLimit = 4
    private static let longestName = 256
    private static let membersLimit = 2000

    private struct Member {
        let text: Expression
        let isRequired: Bool
    }

    /// Where an object's text stands: before a listed member, with so many written.
    private struct Place: Hashable {
        var next: Int
        /// Counted only where a bound asks for it, and only as far as it asks.
        var count: Int
        var isFirst: Bool
    }

    /// The objects that satisfy plain schemas.
    mutating func object(_ nodes: [SchemaNode]) throws(GrammarError) -> Expression {
        var names = JSONObject()
        var required = JSONObject()
        for node in nodes {
            for name in try node.object("properties")?.keys ?? [] { names[name] = .null }
        }
        for node in nodes {
            for name in try node.strings("required") ?? [] {
                names[name] = .null
                required[name] = .null
            }
        }
        guard names.count <= Self.membersLimit else {
            throw .tooComplex("an object of the schema has more than \(Self.membersLimit) members")
        }
        var members: [Member] = []
        for name in names.keys {
            let member = Expression.sequence([JSONText.string(name), text.colon, try value(ofMember: name, nodes)])
            members.append(Member(text: .rule(try rules.add("", member)), isRequired: required.contains(name)))
        }
        let others = try otherMembers(names.keys, nodes)
        let (least, most) = try bounds(nodes, "minProperties", "maxProperties")
        if let node = nodes.first(where: { $0.members.contains("minProperties") }), others != .nothing,
            least > members.count + 1
        {
            throw node.unsupported(
                "minProperties", " where it asks for more than one member that 'properties' does not name")
        }
        return .sequence([.literal("{"), try content(members, others, least, most), .literal("}")])
    }

    private mutating func value(ofMember name: String, _ nodes: [SchemaNode]) throws(GrammarError) -> Expression {
        var schemas: [String] = []
        for node in nodes {
            if node.members["propertyNames"] != nil,
                try !evaluator.isValid(.string(name), node.child("propertyNames"))
            {
                return .nothing
            }
            schemas += try evaluator.schemas(ofMember: name, node)
        }
        return try value(schemas)
    }

    /// What stands between the braces: a rule for each place, which leads to later ones.
    private mutating func content(
        _ members: [Member], _ others: Expression, _ least: Int, _ most: Int?
    ) throws(GrammarError) -> Expression {
        let isCounting = most != nil || least > members.count(where: \.isRequired)
        let start = Place(next: 0, count: 0, isFirst: true)
        var numbers: [Place: Int] = [start: try rules.add()]
        var pending = [start]
        func rule(_ place: Place) throws(GrammarError) -> Expression {
            if let number = numbers[place] { return .rule(number) }
            let number = try rules.add()
            numbers[place] = number
            pending.append(place)
            return .rule(number)
        }
        while let place = pending.popLast(), let number = numbers[place] {
            guard place.next < members.count else {
                rules.set(
                    number, end(place, others, isCounting ? least - place.count : 0, most.map { $0 - place.count }))
                continue
            }
            let member = members[place.next]
            var choices: [Expression] = []
            if place.count < most ?? .max {
                let written = isCounting ? min(place.count + 1, most ?? least) : 0
                let after = Place(next: place.next + 1, count: written, isFirst: false)
                choices.append(
                    .sequence([place.isFirst ? text.padding : text.comma, member.text, try rule(after)]))
            }
            if !member.isRequired {
                choices.append(try rule(Place(next: place.next + 1, count: place.count, isFirst: place.isFirst)))
            }
            rules.set(number, .choice(choices))
        }
        return try rule(start)
    }

    /// What follows the listed members. Other members may have one name, which then counts once.
    private func end(_ place: Place, _ others: Expression, _ missing: Int, _ room: Int?) -> Expression {
        var choices: [Expression] = []
        if missing <= 0 { choices.append(place.isFirst ? .empty : text.padding) }
        if missing <= 1, room ?? 1 > 0 {
            choices.append(
                .sequence([
                    place.isFirst ? text.padding : text.comma, others,
                    .repetition(.sequence([text.comma, others]), atLeast: 0, atMost: room.map { $0 - 1 }),
                    text.padding,
                ]))
        }
        return .choice(choices)
    }

    // MARK: Members that are not listed

    /// Whether objects of these schemas have only the members that they name.
    func isClosed(_ nodes: [SchemaNode]) -> Bool {
        reading == .closed && !nodes.contains { $0.members.contains("additionalProperties") }
            && nodes.contains { $0.members.contains("properties") || $0.members.contains("patternProperties") }
    }

    /// One member besides those of `names`.
    private mutating func otherMembers(_ names: [String], _ nodes: [SchemaNode]) throws(GrammarError) -> Expression {
        var patterns = JSONObject()
        for node in nodes {
            for pattern in try node.object("patternProperties")?.keys ?? [] { patterns[pattern] = .null }
        }
        guard patterns.count <= Self.patternsLimit else {
            throw nodes[0].unsupported("patternProperties", " with more than \(Self.patternsLimit) patterns")
        }
        var expressions: [Expression] = []
        for pattern in patterns.keys {
            expressions.append(try nodes[0].regex(pattern, "patternProperties").search(.canonicalJSON))
        }
        var choices: [Expression] = []
        // Each set of patterns that a name may match, with the schemas that hold then.
        for set in 0..<1 << patterns.count where set != 0 || !isClosed(nodes) {
            var schemas: [String] = []
            for node in nodes {
                let own = try node.object("patternProperties")?.keys ?? []
                let matched = patterns.keys.enumerated().filter { index, pattern in
                    set >> index & 1 == 1 && own.contains { $0.hasSameCodeUnits(as: pattern) }
                }
                schemas += matched.map { node.child("patternProperties", $0.element) }
                if matched.isEmpty, node.members.contains("additionalProperties") {
                    schemas.append(node.child("additionalProperties"))
                }
            }
            if try isForbidden(schemas) { continue }
            guard names.allSatisfy({ $0.unicodeScalars.count <= Self.longestName }) else {
                throw .tooComplex("a member of the schema has a name of more than \(Self.longestName) characters")
            }
            let isAny = names.isEmpty && expressions.isEmpty && !nodes.contains { $0.members.contains("propertyNames") }
            var name = Expression.texts(
                isAny ? .json : .canonicalJSON, except: names.map { Array($0.unicodeScalars) })
            for (index, expression) in expressions.enumerated() {
                name = .intersection(name, set >> index & 1 == 1 ? expression : .complement(expression))
            }
            for node in nodes where node.members.contains("propertyNames") {
                name = .intersection(name, try texts(node.child("propertyNames")))
            }
            choices.append(.sequence([JSONText.quoted(name), text.colon, try value(schemas)]))
        }
        return choices.isEmpty ? .nothing : .choice(choices)
    }

    /// The strings that satisfy a schema, without quotation marks.
    private mutating func texts(_ pointer: String) throws(GrammarError) -> Expression {
        var choices: [Expression] = []
        for nodes in try alternatives(of: [pointer]) {
            if let values = try values(nodes) {
                let strings = values.compactMap(\.stringValue).map { string in
                    var bytes: [UInt8] = []
                    bytes.appendEscaped(string)
                    return bytes
                }
                choices.append(.literals(strings))
            } else if try types(nodes, .open).contains(.string) {
                choices.append(try string(nodes, .canonicalJSON))
            }
        }
        return .choice(choices)
    }
}
