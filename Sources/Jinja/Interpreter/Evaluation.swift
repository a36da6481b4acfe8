/// Expressions.
extension Interpreter {
    func evaluate(_ expression: Expression, in scope: Scope) throws(TemplateError) -> Value {
        try budget.step()
        try descend()
        defer { ascend() }
        do {
            return try evaluate(expression.kind, in: scope)
        } catch {
            throw error.placed(at: expression.position)
        }
    }

    private func evaluate(_ kind: Expression.Kind, in scope: Scope) throws(TemplateError) -> Value {
        switch kind {
        case .none: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .string(let value): return .string(value)
        case .name(let name): return scope.find(name) ?? .undefined(named: names[name])
        case .list(let elements): return .list(try evaluate(elements, in: scope))
        case .tuple(let elements): return .tuple(try evaluate(elements, in: scope))
        case .dictionary(let entries): return try makeDictionary(entries, in: scope)
        case .negative(let operand): return try Operators.negate(try evaluate(operand, in: scope))
        case .positive(let operand): return try Operators.affirm(try evaluate(operand, in: scope))
        case .not(let operand): return .boolean(!(try evaluate(operand, in: scope).isTrue))
        case .and(let left, let right):
            let value = try evaluate(left, in: scope)
            return value.isTrue ? try evaluate(right, in: scope) : value
        case .or(let left, let right):
            let value = try evaluate(left, in: scope)
            return value.isTrue ? value : try evaluate(right, in: scope)
        case .binary(let operation, let left, let right):
            let left = try evaluate(left, in: scope)
            return try Operators.apply(operation, left, try evaluate(right, in: scope), self)
        case .concatenation(let operands): return try concatenate(operands, in: scope)
        case .comparison(let first, let rest): return .boolean(try compare(first, rest, in: scope))
        case .conditional(let condition, let value, let otherwise):
            if try evaluate(condition, in: scope).isTrue { return try evaluate(value, in: scope) }
            if let otherwise { return try evaluate(otherwise, in: scope) }
            return .undefined(
                Undefined(hint: "the inline if-expression evaluated to false and no else section was defined."))
        case .attribute(let operand, let name): return try attribute(name, of: try evaluate(operand, in: scope))
        case .item(let operand, let key):
            let value = try evaluate(operand, in: scope)
            return try item(try evaluate(key, in: scope), of: value)
        case .slice(let operand, let start, let stop, let step):
            return try evaluateSlice(operand, [start, stop, step], in: scope)
        case .call(let callee, let arguments):
            let function = try evaluate(callee, in: scope)
            return try call(function, try evaluate(arguments, in: scope))
        case .filter(let operand, let name, let arguments):
            let value =
                try operand.map { operand throws(TemplateError) in try evaluate(operand, in: scope) } ?? blockText
            return try applyFilter(name, to: value, try evaluate(arguments, in: scope))
        case .test(let operand, let name, let arguments):
            let value = try evaluate(operand, in: scope)
            return .boolean(try applyTest(name, to: value, try evaluate(arguments, in: scope)))
        }
    }

    private func evaluate(_ expressions: [Expression], in scope: Scope) throws(TemplateError) -> [Value] {
        try budget.allocate(expressions.count * 32)
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, in: scope)) }
        return values
    }

    private func makeDictionary(
        _ entries: [(key: Expression, value: Expression)], in scope: Scope
    ) throws(TemplateError) -> Value {
        try budget.allocate(entries.count * 96)
        var dictionary = Value.Dictionary()
        for entry in entries {
            let key = try evaluate(entry.key, in: scope)
            let value = try evaluate(entry.value, in: scope)
            dictionary.set(key, try HashKey(key, budget), value)
        }
        return .dictionary(dictionary)
    }

    private func concatenate(_ operands: [Expression], in scope: Scope) throws(TemplateError) -> Value {
        var text = ""
        for operand in operands {
            let part = try string(try evaluate(operand, in: scope))
            try budget.allocate(part.utf8.count)
            text += part
        }
        return .string(text)
    }

    private func compare(
        _ first: Expression, _ rest: [(operation: Comparison, operand: Expression)], in scope: Scope
    ) throws(TemplateError) -> Bool {
        var left = try evaluate(first, in: scope)
        for link in rest {
            let right = try evaluate(link.operand, in: scope)
            guard try Operators.compare(link.operation, left, right, self) else { return false }
            left = right
        }
        return true
    }

    private func evaluateSlice(
        _ operand: Expression, _ bounds: [Expression?], in scope: Scope
    ) throws(TemplateError) -> Value {
        let value = try evaluate(operand, in: scope)
        var numbers: [Int?] = []
        for bound in bounds {
            guard let bound else {
                numbers.append(nil)
                continue
            }
            switch try evaluate(bound, in: scope) {
            case .none: numbers.append(nil)
            case let value:
                guard let number = value.integerValue else {
                    throw TemplateError("slice indices must be integers or None or have an __index__ method")
                }
                numbers.append(number)
            }
        }
        return try slice(value, start: numbers[0], stop: numbers[1], step: numbers[2])
    }

    func evaluate(_ arguments: CallArguments, in scope: Scope) throws(TemplateError) -> Arguments {
        var values = Arguments()
        if !arguments.positional.isEmpty { values.positional = try evaluate(arguments.positional, in: scope) }
        for (name, value) in arguments.keywords { values.keywords.append((name, try evaluate(value, in: scope))) }
        if let spread = arguments.spread {
            values.positional += try elements(of: try evaluate(spread, in: scope))
        }
        if let spread = arguments.keywordSpread {
            guard case .dictionary(let dictionary) = try evaluate(spread, in: scope) else {
                throw TemplateError("argument after ** must be a mapping")
            }
            for (key, value) in zip(dictionary.keys, dictionary.values) {
                guard case .string(let name) = key else { throw TemplateError("keywords must be strings") }
                guard !values.keywords.contains(where: { $0.name == name }) else {
                    throw TemplateError("got multiple values for keyword argument '\(name)'")
                }
                values.keywords.append((name, value))
            }
        }
        return values
    }

    func call(_ function: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch function {
        case .object(let object): return try object.call(arguments, self)
        case .undefined(let undefined): throw undefined.error
        default: throw TemplateError("'\(function.typeName)' object is not callable")
        }
    }

    func applyFilter(_ name: String, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        guard let filter = Filters.table[name] else { throw TemplateError("No filter named '\(name)'.") }
        return try filter(value, arguments, self)
    }

    func applyTest(_ name: String, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
        guard let test = Tests.table[name] else { throw TemplateError("No test named '\(name)'.") }
        return try test(value, arguments, self)
    }

    /// What printing a value gives, as Python's `str`.
    func string(_ value: Value) throws(TemplateError) -> String {
        if case .string(let text) = value { return text }
        return try Representation.string(of: value, budget)
    }
}
