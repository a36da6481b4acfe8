/// `str.format`.
enum BraceFormat {
    static func format(
        _ format: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(TemplateError) -> String {
        var automatic: Int? = 0
        return try expand(Array(format.unicodeScalars)[...], arguments, &automatic, depth: 2, interpreter)
    }

    /// - Parameter automatic: the next number for `{}`; nil once fields are numbered by hand.
    private static func expand(
        _ format: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int?, depth: Int,
        _ interpreter: Interpreter
    ) throws(TemplateError) -> String {
        guard depth > 0 else { throw TemplateError("Max string recursion exceeded") }
        var result = ""
        var rest = format
        while let scalar = rest.popFirst() {
            if scalar == "{", rest.first != "{" {
                let field = try takeField(&rest)
                let text = try expandField(field, arguments, &automatic, depth, interpreter)
                try interpreter.budget.allocate(text.utf8.count)
                result += text
            } else if scalar == "{" || scalar == "}" {
                guard rest.popFirst() == scalar else {
                    throw TemplateError("Single '\(scalar)' encountered in format string")
                }
                result.unicodeScalars.append(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// What stands before the brace that closes the field.
    private static func takeField(
        _ rest: inout ArraySlice<Unicode.Scalar>
    ) throws(TemplateError) -> ArraySlice<Unicode.Scalar> {
        var open = 1
        for index in rest.indices {
            if rest[index] == "{" { open += 1 }
            if rest[index] == "}" { open -= 1 }
            if open == 0 {
                let field = rest[..<index]
                rest = rest[(index + 1)...]
                return field
            }
        }
        throw TemplateError(
            rest.isEmpty ? "Single '{' encountered in format string" : "expected '}' before end of string")
    }

    private static func expandField(
        _ field: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int?, _ depth: Int,
        _ interpreter: Interpreter
    ) throws(TemplateError) -> String {
        var brackets = 0
        let nameEnd = field.firstIndex {
            if $0 == "[" { brackets += 1 }
            if $0 == "]" { brackets -= 1 }
            return brackets == 0 && ($0 == ":" || $0 == "!")
        }
        let name = field[..<(nameEnd ?? field.endIndex)]
        var rest = field[(nameEnd ?? field.endIndex)...]
        var value = try resolve(name, arguments, &automatic, interpreter)
        if rest.first == "!" {
            rest.removeFirst()
            switch rest.popFirst() {
            case "s": value = .string(try interpreter.string(value))
            case "r", "a": value = .string(try Representation.representation(of: value, interpreter.budget))
            default: throw TemplateError("Unknown conversion specifier in format string")
            }
        }
        let specification =
            rest.first == ":"
            ? try expand(rest.dropFirst(), arguments, &automatic, depth: depth - 1, interpreter) : ""
        return try FormatSpecification(specification).format(value, interpreter)
    }

    /// The value of `name.attribute[element]…`.
    private static func resolve(
        _ field: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int?, _ interpreter: Interpreter
    ) throws(TemplateError) -> Value {
        let first = field.prefix { $0 != "." && $0 != "[" }
        var rest = field[first.endIndex...]
        var value = try argument(String(first), arguments, &automatic)
        while let scalar = rest.popFirst() {
            if scalar == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest[name.endIndex...]
                value = try interpreter.attribute(String(name), of: value)
            } else {
                let key = rest.prefix { $0 != "]" }
                guard scalar == "[", key.endIndex < rest.endIndex else {
                    throw TemplateError("Missing ']' in format string")
                }
                rest = rest[(key.endIndex + 1)...]
                value = try interpreter.item(Int(String(key)).map(Value.integer) ?? .string(String(key)), of: value)
            }
        }
        return value
    }

    private static func argument(
        _ name: String, _ arguments: Arguments, _ automatic: inout Int?
    ) throws(TemplateError) -> Value {
        var index = Int(name)
        if name.isEmpty {
            guard let next = automatic else {
                throw TemplateError("cannot switch from manual field specification to automatic field numbering")
            }
            index = next
            automatic = next + 1
        } else if index != nil {
            if let next = automatic, next > 0 {
                throw TemplateError("cannot switch from automatic field numbering to manual field specification")
            }
            automatic = nil
        }
        if let index {
            guard arguments.positional.indices.contains(index) else {
                throw TemplateError("Replacement index \(index) out of range for positional args tuple")
            }
            return arguments.positional[index]
        }
        guard let keyword = arguments.keywords.first(where: { $0.name == name }) else {
            throw TemplateError(Representation.quoted(name))
        }
        return keyword.value
    }
}
