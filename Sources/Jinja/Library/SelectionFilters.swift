/// Filters that apply a filter or a test to each element.
extension Filters {
    static let selectionFilters: [String: Filter] = [
        "map": { (value, arguments, interpreter) throws(TemplateError) in
            lazily("sync_do_map", value) { () throws(TemplateError) in
                guard value.isTrue else { return [] }
                let transform = try mapping(arguments, interpreter)
                var mapped: [Value] = []
                for element in try interpreter.elements(of: value) {
                    try interpreter.budget.allocate(32)
                    mapped.append(try transform(element))
                }
                return mapped
            }
        },
        "select": { (value, arguments, interpreter) throws(TemplateError) in
            lazily("select_or_reject", value) { () throws(TemplateError) in
                try select(value, arguments, interpreter, byAttribute: false, keeping: true)
            }
        },
        "reject": { (value, arguments, interpreter) throws(TemplateError) in
            lazily("select_or_reject", value) { () throws(TemplateError) in
                try select(value, arguments, interpreter, byAttribute: false, keeping: false)
            }
        },
        "selectattr": { (value, arguments, interpreter) throws(TemplateError) in
            lazily("select_or_reject", value) { () throws(TemplateError) in
                try select(value, arguments, interpreter, byAttribute: true, keeping: true)
            }
        },
        "rejectattr": { (value, arguments, interpreter) throws(TemplateError) in
            lazily("select_or_reject", value) { () throws(TemplateError) in
                try select(value, arguments, interpreter, byAttribute: true, keeping: false)
            }
        },
    ]

    private static func mapping(
        _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(TemplateError) -> (Value) throws(TemplateError) -> Value {
        var rest = arguments
        if rest.positional.isEmpty, let attribute = rest.keywords.first(where: { $0.name == "attribute" })?.value {
            let fallback = rest.keywords.first { $0.name == "default" }?.value
            rest.keywords.removeAll { $0.name == "attribute" || $0.name == "default" }
            if let extra = rest.keywords.first {
                throw TemplateError("Unexpected keyword argument '\(extra.name)'")
            }
            return try getter(attribute, default: fallback, interpreter)
        }
        guard !rest.positional.isEmpty else { throw TemplateError("map requires a filter argument") }
        let name = try interpreter.string(rest.positional.removeFirst())
        return { [rest] (value) throws(TemplateError) in try interpreter.applyFilter(name, to: value, rest) }
    }

    private static func select(
        _ value: Value, _ arguments: Arguments, _ interpreter: Interpreter, byAttribute: Bool, keeping wanted: Bool
    ) throws(TemplateError) -> [Value] {
        guard value.isTrue else { return [] }
        var rest = arguments
        var attribute: Value?
        if byAttribute {
            guard !rest.positional.isEmpty else { throw TemplateError("Missing parameter for attribute name") }
            attribute = rest.positional.removeFirst()
        }
        let get = try getter(attribute, interpreter)
        let test = rest.positional.isEmpty ? nil : try interpreter.string(rest.positional.removeFirst())
        var selected: [Value] = []
        for element in try interpreter.elements(of: value) {
            try interpreter.budget.allocate(32)
            let candidate = try get(element)
            let passes =
                try test.map { test throws(TemplateError) in try interpreter.applyTest(test, to: candidate, rest) }
                ?? candidate.isTrue
            if passes == wanted { selected.append(element) }
        }
        return selected
    }
}
