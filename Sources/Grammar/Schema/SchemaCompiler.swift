import JSON

/// Translates a JSON Schema into rules for the JSON texts that satisfy it.
///
/// A rule stands for the values that satisfy several schemas at once. References and `allOf` add schemas to the set,
/// `anyOf` and `oneOf` split it into alternatives, until only schemas of plain keywords are left, whose bounds and
/// members are then merged. Rules are known by their sets, so recursion closes by itself.
///
/// Every text of the rules satisfies the schema. Not every instance has a text: members come in the schema's order,
/// then those that it does not name; integers have no fraction or exponent, bounded numbers no exponent; texts that a
/// pattern, format or list decides are escaped where needed only.
struct SchemaCompiler {
    private static let alternativesLimit = 1000
    private static let choicesLimit = 100

    private enum Job {
        /// Values that satisfy the schemas at these pointers.
        case schemas([String])
        /// Values that satisfy the plain keywords of these nodes.
        case nodes([SchemaNode])
    }

    let reading: SchemaReading
    let text: JSONText
    var evaluator: SchemaEvaluator
    var rules = RuleSet()
    private var numbers: [[String]: Int] = [:]
    /// Of the branches of `oneOf`, so far.
    var comparisons = 0
    private var jobs: [(rule: Int, job: Job)] = []

    private init(_ schema: JSONValue, _ reading: SchemaReading, _ layout: JSONLayout) {
        self.reading = reading
        text = JSONText(layout)
        evaluator = SchemaEvaluator(SchemaDocument(schema))
    }

    static func rules(
        _ schema: JSONValue, _ reading: SchemaReading, _ layout: JSONLayout
    ) throws(GrammarError) -> RuleSet {
        var compiler = SchemaCompiler(schema, reading, layout)
        compiler.rules.start = try compiler.value([""])
        while let (rule, job) = compiler.jobs.popLast() {
            switch job {
            case .schemas(let pointers):
                var choices: [Expression] = []
                for nodes in try compiler.alternatives(of: pointers) {
                    choices.append(try compiler.value(ofNodes: nodes))
                }
                compiler.rules.set(rule, .choice(choices))
            case .nodes(let nodes):
                compiler.rules.set(rule, try compiler.body(nodes))
            }
        }
        return compiler.rules
    }

    /// The values that satisfy all of these schemas.
    mutating func value(_ pointers: [String]) throws(GrammarError) -> Expression {
        try rule(Set(pointers).sorted(), .schemas(pointers))
    }

    private mutating func value(ofNodes nodes: [SchemaNode]) throws(GrammarError) -> Expression {
        try rule(["nodes"] + nodes.map(\.pointer).sorted(), .nodes(nodes))
    }

    private mutating func rule(_ key: [String], _ job: Job) throws(GrammarError) -> Expression {
        if let number = numbers[key] { return .rule(number) }
        let number = try rules.add()
        numbers[key] = number
        jobs.append((number, job))
        return .rule(number)
    }

    // MARK: Alternatives

    /// Schemas that must hold together, taken apart as far as references and `allOf` go.
    private struct Conjunction {
        var nodes: [SchemaNode] = []
        /// Pointers of the lists of `anyOf` and `oneOf`.
        var choices: [(pointer: String, count: Int, isExclusive: Bool)] = []
        var seen: Set<String> = []
        /// Whether one of them is the schema `false`.
        var isFalse = false
    }

    /// The sets of plain schemas, any one of which must hold, that say the same as these schemas together.
    mutating func alternatives(of pointers: [String]) throws(GrammarError) -> [[SchemaNode]] {
        var whole = Conjunction()
        for pointer in pointers { try add(pointer, to: &whole) }
        return try alternatives(of: whole, from: 0)
    }

    private mutating func add(_ pointer: String, to conjunction: inout Conjunction) throws(GrammarError) {
        var pending = [pointer]
        while !conjunction.isFalse, let pointer = pending.popLast() {
            guard conjunction.seen.insert(pointer).inserted else { continue }
            let schema = try evaluator.document.part(pointer)
            if let answer = schema.boolValue {
                conjunction.isFalse = !answer
                continue
            }
            guard let members = schema.objectValue else {
                throw .invalid("\(SchemaDocument.name(pointer)) must be a schema: an object or a boolean")
            }
            try SchemaKeywords.check(members, at: pointer)
            let node = SchemaNode(pointer: pointer, members: members)
            conjunction.nodes.append(node)
            for keyword in ["anyOf", "oneOf"] {
                guard let list = members[keyword] else { continue }
                guard let count = list.arrayValue?.count, count > 0 else {
                    throw node.invalid(keyword, "a list of schemas")
                }
                conjunction.choices.append((node.child(keyword), count, keyword == "oneOf"))
            }
            if let list = members["allOf"] {
                guard let parts = list.arrayValue else { throw node.invalid("allOf", "a list of schemas") }
                pending += parts.indices.reversed().map { node.child("allOf", "\($0)") }
            }
            if let reference = try node.string("$ref") {
                pending.append(try evaluator.document.target(reference, at: pointer))
            }
        }
    }

    private mutating func alternatives(
        of conjunction: Conjunction, from next: Int
    ) throws(GrammarError) -> [[SchemaNode]] {
        if conjunction.isFalse { return [] }
        guard next < conjunction.choices.count else { return [conjunction.nodes] }
        guard next < Self.choicesLimit else { throw .tooComplex("the schema combines too many 'anyOf' and 'oneOf'") }
        let (pointer, count, isExclusive) = conjunction.choices[next]
        var branches: [[[SchemaNode]]] = []
        var total = 0
        for index in 0..<count {
            var branch = conjunction
            try add(SchemaDocument.join(pointer, "\(index)"), to: &branch)
            let found = try alternatives(of: branch, from: next + 1)
            total += found.count
            guard total <= Self.alternativesLimit else {
                throw .tooComplex(
                    "'anyOf' and 'oneOf' at \(SchemaDocument.name(pointer)) combine to more than "
                        + "\(Self.alternativesLimit) alternatives")
            }
            branches.append(found)
        }
        if isExclusive {
            for (index, branch) in branches.enumerated() {
                for (other, alternatives) in branches.enumerated() where other != index {
                    for left in branch {
                        for right in alternatives where try !isDisjoint(left, from: right) {
                            throw .unsupported(
                                "'oneOf' at \(SchemaDocument.name(pointer)) is not supported where a value may satisfy "
                                    + "two branches (\(min(index, other)) and \(max(index, other))); use 'anyOf', or "
                                    + "tell the branches apart by a required member with a 'const'"
                            ).at(SchemaDocument.join(pointer, "oneOf"))
                        }
                    }
                }
            }
        }
        return branches.flatMap(\.self)
    }

    // MARK: Plain schemas

    /// The types that plain schemas leave.
    func types(_ nodes: [SchemaNode], _ reading: SchemaReading) throws(GrammarError) -> Set<ValueType> {
        var types: Set<ValueType>?
        for node in nodes {
            guard let own = try node.types() else { continue }
            types = types.map { ValueType.intersection($0, own) } ?? own
        }
        if let types { return types }
        guard reading == .closed else { return ValueType.all }
        var topics: Set<ValueType> = []
        for node in nodes {
            for keyword in node.members.keys {
                if case .type(let type) = SchemaKeywords.topic(keyword) { topics.insert(type) }
            }
        }
        return topics.isEmpty ? ValueType.all : topics
    }

    /// The values that plain schemas list, if they do; only those that satisfy all of them.
    mutating func values(_ nodes: [SchemaNode]) throws(GrammarError) -> [JSONValue]? {
        for (index, node) in nodes.enumerated() {
            guard let list = try node.values() else { continue }
            let others = Array(nodes[..<index] + nodes[(index + 1)...])
            var values: [JSONValue] = []
            for value in list where try evaluator.satisfiesOwn(value, node, isListed: true) {
                if try satisfies(value, others) { values.append(value) }
            }
            return values
        }
        return nil
    }

    mutating func satisfies(_ value: JSONValue, _ nodes: [SchemaNode]) throws(GrammarError) -> Bool {
        for node in nodes where try !evaluator.satisfiesOwn(value, node) { return false }
        return true
    }

    private mutating func body(_ nodes: [SchemaNode]) throws(GrammarError) -> Expression {
        if let values = try values(nodes) { return text.literals(values) }
        // A format that is not known is an error beside any type.
        for node in nodes { _ = try node.patterns() }
        let types = try types(nodes, reading)
        var choices: [Expression] = []
        if types.contains(.object) { choices.append(try object(nodes)) }
        if types.contains(.array) { choices.append(try array(nodes)) }
        if types.contains(.string) { choices.append(JSONText.quoted(try string(nodes, .json))) }
        if types.contains(.number) || types.contains(.integer) {
            choices.append(try number(nodes, types))
        }
        if types.contains(.boolean) { choices.append(.choice([.literal("true"), .literal("false")])) }
        if types.contains(.null) { choices.append(.literal("null")) }
        return .choice(choices)
    }

    private mutating func number(
        _ nodes: [SchemaNode], _ types: Set<ValueType>
    ) throws(GrammarError) -> Expression {
        do throws(GrammarError) {
            return try range(nodes, types).expression(&rules)
        } catch {
            guard error.kind == .unsupported, let node = nodes.first(where: { $0.members.contains("multipleOf") })
            else { throw error }
            throw node.unsupported("multipleOf", ": \(error)")
        }
    }

    func range(_ nodes: [SchemaNode], _ types: Set<ValueType>) throws(GrammarError) -> NumberRange {
        var range = NumberRange()
        range.isInteger = !types.contains(.number)
        for node in nodes { try node.addBounds(to: &range) }
        return range
    }

    /// What stands between the quotation marks; `encoding` where no pattern decides.
    func string(_ nodes: [SchemaNode], _ encoding: CharacterEncoding) throws(GrammarError) -> Expression {
        let (least, most) = try bounds(nodes, "minLength", "maxLength")
        var parts: [Expression] = []
        for node in nodes {
            let (whole, part) = try node.patterns()
            if let whole { parts.append(try whole.fullMatch(.canonicalJSON)) }
            if let part { parts.append(try part.search(.canonicalJSON)) }
        }
        if parts.isEmpty || least > 0 || most != nil {
            let character = Expression.character(.all, parts.isEmpty ? encoding : .canonicalJSON)
            parts.append(.repetition(character, atLeast: least, atMost: most))
        }
        return parts.dropFirst().reduce(parts[0]) { .both($0, $1) }
    }

    func bounds(
        _ nodes: [SchemaNode], _ least: String, _ most: String
    ) throws(GrammarError) -> (least: Int, most: Int?) {
        var bounds: (least: Int, most: Int?) = (0, nil)
        for node in nodes {
            bounds.least = max(bounds.least, try node.count(least) ?? 0)
            if let count = try node.count(most) { bounds.most = min(bounds.most ?? count, count) }
        }
        return bounds
    }
}
