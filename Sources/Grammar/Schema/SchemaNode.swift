import JSON

/// One schema object, its own keywords only: reading them with their types checked.
struct SchemaNode {
    let pointer: String
    let members: JSONObject

    var name: String { SchemaDocument.name(pointer) }

    func child(_ tokens: String...) -> String {
        tokens.reduce(pointer) { SchemaDocument.join($0, $1) }
    }

    func invalid(_ keyword: String, _ wanted: String) -> GrammarError {
        .invalid("'\(keyword)' at \(name) must be \(wanted)").at(child(keyword))
    }

    func unsupported(_ keyword: String, _ why: String) -> GrammarError {
        .unsupported("'\(keyword)' at \(name) is not supported\(why)").at(child(keyword))
    }

    func string(_ keyword: String) throws(GrammarError) -> String? {
        guard let value = members[keyword] else { return nil }
        guard let text = value.stringValue else { throw invalid(keyword, "a string") }
        return text
    }

    func object(_ keyword: String) throws(GrammarError) -> JSONObject? {
        guard let value = members[keyword] else { return nil }
        guard let object = value.objectValue else { throw invalid(keyword, "an object") }
        return object
    }

    func strings(_ keyword: String) throws(GrammarError) -> [String]? {
        guard let value = members[keyword] else { return nil }
        let strings = value.arrayValue?.compactMap(\.stringValue)
        guard let strings, strings.count == value.arrayValue?.count else { throw invalid(keyword, "a list of strings") }
        return strings
    }

    /// A number of things: not negative.
    func count(_ keyword: String) throws(GrammarError) -> Int? {
        guard let value = members[keyword] else { return nil }
        if let integer = value.intValue, integer >= 0 { return integer }
        if let number = value.doubleValue, let integer = Int(exactly: number), integer >= 0 { return integer }
        throw invalid(keyword, "an integer of at least 0")
    }

    func decimal(_ keyword: String) throws(GrammarError) -> DecimalNumber? {
        guard let value = members[keyword] else { return nil }
        guard value.doubleValue != nil else { throw invalid(keyword, "a number") }
        guard let decimal = DecimalNumber(value) else { throw unsupported(keyword, ": the number has too many digits") }
        return decimal
    }

    func types() throws(GrammarError) -> Set<ValueType>? {
        guard let value = members["type"] else { return nil }
        let names = value.stringValue.map { [JSONValue.string($0)] } ?? value.arrayValue ?? []
        var types: Set<ValueType> = []
        for name in names {
            guard let type = name.stringValue.flatMap(ValueType.init) else {
                throw invalid("type", "one or more of null, boolean, integer, number, string, array and object")
            }
            types.insert(type)
        }
        if names.isEmpty { throw invalid("type", "a type or a list of types") }
        if members["nullable"]?.boolValue == true { types.insert(.null) }
        if types.contains(.number) { types.remove(.integer) }
        return types
    }

    /// The values of `enum` and `const`.
    func values() throws(GrammarError) -> [JSONValue]? {
        var values: [JSONValue]?
        if let list = members["enum"] {
            guard let elements = list.arrayValue else { throw invalid("enum", "a list") }
            values = elements
        }
        if let constant = members["const"] {
            values = values.map { $0.filter { SchemaEvaluator.isSame($0, constant) } } ?? [constant]
        }
        return values
    }

    // MARK: Numbers

    func addBounds(to range: inout NumberRange) throws(GrammarError) {
        // Draft 4 says with a boolean that the other bound is exclusive.
        let excludesMinimum = members["exclusiveMinimum"]?.boolValue
        let excludesMaximum = members["exclusiveMaximum"]?.boolValue
        if let value = try decimal("minimum") {
            range.limit(lower: .init(value: value, isExclusive: excludesMinimum ?? false))
        }
        if let value = try decimal("maximum") {
            range.limit(upper: .init(value: value, isExclusive: excludesMaximum ?? false))
        }
        if excludesMinimum == nil, let value = try decimal("exclusiveMinimum") {
            range.limit(lower: .init(value: value, isExclusive: true))
        }
        if excludesMaximum == nil, let value = try decimal("exclusiveMaximum") {
            range.limit(upper: .init(value: value, isExclusive: true))
        }
        if let factor = try decimal("multipleOf") {
            guard !factor.isZero, !factor.isNegative else { throw invalid("multipleOf", "a number above 0") }
            range.factors.append(factor)
        }
        switch try string("format") {
        case "int32": addIntegerBounds(Int(Int32.min), Int(Int32.max), to: &range)
        case "int64": addIntegerBounds(.min, .max, to: &range)
        default: break
        }
    }

    private func addIntegerBounds(_ least: Int, _ most: Int, to range: inout NumberRange) {
        if let value = DecimalNumber(.integer(least)) { range.limit(lower: .init(value: value, isExclusive: false)) }
        if let value = DecimalNumber(.integer(most)) { range.limit(upper: .init(value: value, isExclusive: false)) }
    }

    // MARK: Strings

    /// The expressions of `format` and `pattern`: of a whole text, and of a part of it.
    func patterns() throws(GrammarError) -> (whole: RegexNode?, part: RegexNode?) {
        var whole: RegexNode?
        if let format = try string("format"), !StringFormat.annotations.contains(format) {
            if let pattern = StringFormat.pattern(format) {
                whole = try RegexParser.parse(pattern)
            } else if format != "int32" && format != "int64" {
                throw unsupported("format", " with the value \(format.debugDescription); remove it")
            }
        }
        var part: RegexNode?
        if let pattern = try string("pattern") { part = try regex(pattern, "pattern") }
        return (whole, part)
    }

    func regex(_ pattern: String, _ keyword: String) throws(GrammarError) -> RegexNode {
        do throws(GrammarError) {
            return try RegexParser.parse(pattern)
        } catch {
            throw GrammarError(kind: error.kind, description: "'\(keyword)' at \(name): \(error)")
        }
    }

    // MARK: Arrays and objects

    /// The schemas of an array's first items, and of all others if there is one.
    func items() throws(GrammarError) -> (prefix: [String], rest: String?) {
        if let list = members["prefixItems"] ?? (members["items"]?.arrayValue == nil ? nil : members["items"]) {
            let keyword = members["prefixItems"] == nil ? "items" : "prefixItems"
            guard let schemas = list.arrayValue else { throw invalid(keyword, "a list of schemas") }
            let rest = keyword == "items" ? "additionalItems" : "items"
            return (schemas.indices.map { child(keyword, "\($0)") }, members[rest] == nil ? nil : child(rest))
        }
        return ([], members["items"] == nil ? nil : child("items"))
    }
}
