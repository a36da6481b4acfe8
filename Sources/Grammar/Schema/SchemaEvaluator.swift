import JSON

/// Tells whether a value satisfies a schema: for the values that a schema lists itself.
struct SchemaEvaluator {
    private static let depthLimit = 200
    private static let comparisonsLimit = 5_000_000

    var document: SchemaDocument
    private var automata: [[UInt8]: Automaton] = [:]
    private var depth = 0
    /// Comparisons of values so far.
    private var comparisons = 0

    init(_ document: SchemaDocument) {
        self.document = document
    }

    /// Equality of values: 1 and 1.0 are the same number.
    static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy(isSame)
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { key, value in right[key].map { isSame(value, $0) } ?? false }
        case (.integer(let left), .integer(let right)): left == right
        default:
            if let left = left.doubleValue, let right = right.doubleValue { left == right } else { left == right }
        }
    }

    mutating func isValid(_ value: JSONValue, _ pointer: String) throws(GrammarError) -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw .tooComplex("a listed value of the schema is nested too deeply") }
        let schema = try document.part(pointer)
        if let answer = schema.boolValue { return answer }
        guard let members = schema.objectValue else {
            throw .invalid("\(SchemaDocument.name(pointer)) must be a schema: an object or a boolean")
        }
        try SchemaKeywords.check(members, at: pointer)
        let node = SchemaNode(pointer: pointer, members: members)
        guard try satisfiesOwn(value, node) else { return false }
        if let reference = try node.string("$ref"),
            try !isValid(value, document.target(reference, at: pointer))
        {
            return false
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            guard let list = members[keyword] else { continue }
            var valid = 0
            let count = list.arrayValue?.count ?? 0
            for index in 0..<count where try isValid(value, node.child(keyword, "\(index)")) { valid += 1 }
            if keyword == "allOf" ? valid < count : keyword == "anyOf" ? valid == 0 : valid != 1 { return false }
        }
        return true
    }

    /// Whether the keywords of one schema object hold, those that combine schemas aside.
    /// `isListed`: of a value that is known to be among those that the schema lists.
    mutating func satisfiesOwn(
        _ value: JSONValue, _ node: SchemaNode, isListed: Bool = false
    ) throws(GrammarError) -> Bool {
        if let types = try node.types(), !ValueType.contains(types, value) { return false }
        if !isListed, let values = try node.values() {
            try count(values.count)
            if !values.contains(where: { Self.isSame($0, value) }) { return false }
        }
        switch value {
        case .integer, .number: return try satisfiesNumber(value, node)
        case .string(let text): return try satisfiesString(text, node)
        case .array(let elements): return try satisfiesArray(elements, node)
        case .object(let members): return try satisfiesObject(members, node)
        default: return true
        }
    }

    private mutating func count(_ comparisons: Int) throws(GrammarError) {
        self.comparisons += comparisons
        guard self.comparisons <= Self.comparisonsLimit else {
            throw .tooComplex("the schema lists too many values; shorten 'enum' or 'const'")
        }
    }

    private func satisfiesNumber(_ value: JSONValue, _ node: SchemaNode) throws(GrammarError) -> Bool {
        var range = NumberRange()
        try node.addBounds(to: &range)
        guard let number = DecimalNumber(value), let answer = range.contains(number) else {
            throw node.unsupported("multipleOf", " beside numbers with so many digits")
        }
        return answer
    }

    private mutating func satisfiesString(_ text: String, _ node: SchemaNode) throws(GrammarError) -> Bool {
        let length = text.unicodeScalars.count
        if let least = try node.count("minLength"), length < least { return false }
        if let most = try node.count("maxLength"), length > most { return false }
        let (whole, part) = try node.patterns()
        if let whole, try !matches(text, whole, try node.string("format") ?? "", isWhole: true) { return false }
        if let part, try !matches(text, part, try node.string("pattern") ?? "", isWhole: false) { return false }
        return true
    }

    /// Whether a text matches a regular expression, or a part of it does.
    mutating func matches(
        _ text: String, _ regex: RegexNode, _ source: String, isWhole: Bool
    ) throws(GrammarError) -> Bool {
        let key = (isWhole ? [0] : [1]) + Array(source.utf8)
        if automata[key] == nil {
            let expression = isWhole ? try regex.fullMatch(.text) : try regex.search(.text)
            do throws(GrammarError) {
                automata[key] = try Automaton(RuleSet(expression), budget: CompiledGrammar.compileBudget)
            } catch {
                if error.kind == .unsatisfiable { return false }
                throw error
            }
        }
        automata[key]?.allow(CompiledGrammar.compileBudget)
        return try automata[key]?.matches(text.utf8) ?? false
    }

    private mutating func satisfiesArray(_ elements: [JSONValue], _ node: SchemaNode) throws(GrammarError) -> Bool {
        if let least = try node.count("minItems"), elements.count < least { return false }
        if let most = try node.count("maxItems"), elements.count > most { return false }
        if node.members["uniqueItems"]?.boolValue == true {
            try count(elements.count * elements.count)
            for (index, element) in elements.enumerated()
            where elements[..<index].contains(where: { Self.isSame($0, element) }) { return false }
        }
        let (prefix, rest) = try node.items()
        for (index, element) in elements.enumerated() {
            let schema = index < prefix.count ? prefix[index] : rest
            if let schema, try !isValid(element, schema) { return false }
        }
        return true
    }

    private mutating func satisfiesObject(_ members: JSONObject, _ node: SchemaNode) throws(GrammarError) -> Bool {
        if let least = try node.count("minProperties"), members.count < least { return false }
        if let most = try node.count("maxProperties"), members.count > most { return false }
        for name in try node.strings("required") ?? [] where !members.contains(name) { return false }
        for (name, member) in members {
            if node.members["propertyNames"] != nil, try !isValid(.string(name), node.child("propertyNames")) {
                return false
            }
            for schema in try schemas(ofMember: name, node) where try !isValid(member, schema) { return false }
        }
        return true
    }

    /// The schemas that a node has for a member of an object.
    mutating func schemas(ofMember name: String, _ node: SchemaNode) throws(GrammarError) -> [String] {
        var schemas: [String] = []
        if try node.object("properties")?.contains(name) ?? false { schemas.append(node.child("properties", name)) }
        for pattern in try node.object("patternProperties")?.keys ?? [] {
            let regex = try node.regex(pattern, "patternProperties")
            if try matches(name, regex, pattern, isWhole: false) {
                schemas.append(node.child("patternProperties", pattern))
            }
        }
        if schemas.isEmpty, node.members["additionalProperties"] != nil {
            schemas.append(node.child("additionalProperties"))
        }
        return schemas
    }
}
