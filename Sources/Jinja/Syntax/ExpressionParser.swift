/// Expressions, by precedence: conditional, or, and, not, comparison, sum, `~`, product, power, unary with postfixes.
/// As in jinja2, a sign binds tighter than `**`, which groups to the left.
extension Parser {
    mutating func parseExpression(allowsConditional: Bool = true) throws(TemplateError) -> Expression {
        try enter()
        defer { nesting -= 1 }
        guard allowsConditional else { return try parseOr() }
        let position = current.position
        let outer = isConditional
        defer { isConditional = outer }
        var value = try parseOr()
        while takeName("if") {
            try countLink()
            isConditional = true
            let condition = try parseOr()
            let otherwise = takeName("else") ? try parseExpression() : nil
            value = Expression(
                kind: .conditional(condition: condition, value, otherwise: otherwise), position: position)
        }
        return value
    }

    /// One expression, or a tuple without parentheses.
    mutating func parseTuple(
        allowsConditional: Bool = true, end: String? = nil, isParenthesised: Bool = false
    ) throws(TemplateError) -> Expression {
        let position = current.position
        var elements: [Expression] = []
        var isTuple = false
        while true {
            if isTupleEnd(end) { break }
            elements.append(try parseExpression(allowsConditional: allowsConditional))
            guard takeSymbol(",") else { break }
            isTuple = true
        }
        if !isTuple {
            if let element = elements.first { return element }
            guard isParenthesised else { throw failure("Expected an expression, got \(current.description)") }
        }
        return Expression(kind: .tuple(elements), position: position)
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(")"): true
        case .name(let name): name == end
        default: false
        }
    }

    private mutating func countLink() throws(TemplateError) {
        links += 1
        guard links <= Self.linkLimit else { throw failure("more than \(Self.linkLimit) operations in one tag") }
    }

    // MARK: Operators

    private mutating func parseOr() throws(TemplateError) -> Expression {
        let position = current.position
        var left = try parseAnd()
        while takeName("or") {
            try countLink()
            left = Expression(kind: .or(left, try parseAnd()), position: position)
        }
        return left
    }

    private mutating func parseAnd() throws(TemplateError) -> Expression {
        let position = current.position
        var left = try parseNot()
        while takeName("and") {
            try countLink()
            left = Expression(kind: .and(left, try parseNot()), position: position)
        }
        return left
    }

    private mutating func parseNot() throws(TemplateError) -> Expression {
        let position = current.position
        guard takeName("not") else { return try parseComparison() }
        try enter()
        defer { nesting -= 1 }
        return Expression(kind: .not(try parseNot()), position: position)
    }

    private mutating func parseComparison() throws(TemplateError) -> Expression {
        let position = current.position
        let first = try parseSum()
        var rest: [(operation: Comparison, operand: Expression)] = []
        while let operation = takeComparison() { rest.append((operation, try parseSum())) }
        return rest.isEmpty ? first : Expression(kind: .comparison(first, rest), position: position)
    }

    private mutating func takeComparison() -> Comparison? {
        switch current.kind {
        case .symbol(let symbol):
            guard let operation = Comparison(rawValue: symbol) else { return nil }
            advance()
            return operation
        case .name("in"):
            advance()
            return .contained
        case .name("not"):
            guard case .name("in") = next.kind else { return nil }
            advance()
            advance()
            return .notContained
        default: return nil
        }
    }

    private mutating func takeOperator(_ operators: [BinaryOperator]) -> BinaryOperator? {
        guard case .symbol(let symbol) = current.kind, let operation = BinaryOperator(rawValue: symbol),
            operators.contains(operation)
        else { return nil }
        advance()
        return operation
    }

    private mutating func parseSum() throws(TemplateError) -> Expression {
        var left = try parseConcatenation()
        while true {
            let position = current.position
            guard let operation = takeOperator([.add, .subtract]) else { return left }
            try countLink()
            left = Expression(kind: .binary(operation, left, try parseConcatenation()), position: position)
        }
    }

    private mutating func parseConcatenation() throws(TemplateError) -> Expression {
        let position = current.position
        var operands = [try parseProduct()]
        while takeSymbol("~") { operands.append(try parseProduct()) }
        return operands.count == 1
            ? operands[0] : Expression(kind: .concatenation(operands), position: position)
    }

    private mutating func parseProduct() throws(TemplateError) -> Expression {
        var left = try parsePower()
        while true {
            let position = current.position
            guard let operation = takeOperator([.multiply, .divide, .floorDivide, .remainder]) else { return left }
            try countLink()
            left = Expression(kind: .binary(operation, left, try parsePower()), position: position)
        }
    }

    private mutating func parsePower() throws(TemplateError) -> Expression {
        var left = try parseUnary()
        while true {
            let position = current.position
            guard takeOperator([.power]) != nil else { return left }
            try countLink()
            left = Expression(kind: .binary(.power, left, try parseUnary()), position: position)
        }
    }

    private mutating func parseUnary(withFilters: Bool = true) throws(TemplateError) -> Expression {
        let position = current.position
        var value: Expression
        if isSymbol("-") || isSymbol("+") {
            let isNegative = isSymbol("-")
            advance()
            try enter()
            defer { nesting -= 1 }
            let operand = try parseUnary(withFilters: false)
            value = Expression(kind: isNegative ? .negative(operand) : .positive(operand), position: position)
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(value)
        return withFilters ? try parseFilterChain(value) : value
    }

    // MARK: Primaries

    private mutating func parsePrimary() throws(TemplateError) -> Expression {
        let position = current.position
        let kind: Expression.Kind
        switch current.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": kind = .boolean(true)
            case "false", "False": kind = .boolean(false)
            case "none", "None": kind = .none
            default: kind = .name(number(of: name))
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            kind = .string(text)
        case .integer(let number):
            advance()
            kind = .integer(number)
        case .float(let number):
            advance()
            kind = .float(number)
        case .symbol("("):
            advance()
            let value = try parseTuple(isParenthesised: true)
            try expectSymbol(")")
            return value
        case .symbol("["):
            advance()
            var elements: [Expression] = []
            while !isSymbol("]") {
                if !elements.isEmpty { try expectSymbol(",") }
                if isSymbol("]") { break }
                elements.append(try parseExpression())
            }
            advance()
            kind = .list(elements)
        case .symbol("{"):
            advance()
            var entries: [(key: Expression, value: Expression)] = []
            while !isSymbol("}") {
                if !entries.isEmpty { try expectSymbol(",") }
                if isSymbol("}") { break }
                let key = try parseExpression()
                try expectSymbol(":")
                entries.append((key, try parseExpression()))
            }
            advance()
            kind = .dictionary(entries)
        default:
            throw failure("unexpected \(current.description)")
        }
        return Expression(kind: kind, position: position)
    }

    private mutating func parsePostfix(_ value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            let position = current.position
            if takeSymbol(".") {
                switch current.kind {
                case .name(let name):
                    advance()
                    value = Expression(kind: .attribute(value, name), position: position)
                case .integer(let number):
                    let key = Expression(kind: .integer(number), position: current.position)
                    advance()
                    value = Expression(kind: .item(value, key), position: position)
                default: throw failure("expected name or number")
                }
            } else if takeSymbol("[") {
                value = try parseSubscript(value, position)
            } else if isSymbol("(") {
                value = Expression(kind: .call(value, try parseArguments()), position: position)
            } else {
                return value
            }
            try countLink()
        }
    }

    private mutating func parseSubscript(
        _ value: Expression, _ position: SourcePosition
    ) throws(TemplateError) -> Expression {
        var keys: [Expression] = []
        while !isSymbol("]") {
            if !keys.isEmpty { try expectSymbol(",") }
            let start = isSymbol(":") ? nil : try parseExpression()
            if let start, !isSymbol(":") {
                keys.append(start)
                continue
            }
            guard keys.isEmpty else { throw failure("a slice among several subscripts") }
            advance()
            let stop = isSymbol(":") || isSymbol("]") ? nil : try parseExpression()
            let step = takeSymbol(":") && !isSymbol("]") ? try parseExpression() : nil
            try expectSymbol("]")
            return Expression(kind: .slice(value, start: start, stop: stop, step: step), position: position)
        }
        advance()
        let key = keys.count == 1 ? keys[0] : Expression(kind: .tuple(keys), position: position)
        return Expression(kind: .item(value, key), position: position)
    }

    private mutating func parseArguments() throws(TemplateError) -> CallArguments {
        let position = current.position
        try expectSymbol("(")
        var arguments = CallArguments()
        var isFirst = true
        while !isSymbol(")") {
            if !isFirst {
                try expectSymbol(",")
                if isSymbol(")") { break }
            }
            isFirst = false
            var isValid = true
            if takeSymbol("*") {
                isValid = arguments.spread == nil && arguments.keywordSpread == nil
                arguments.spread = try parseExpression()
            } else if takeSymbol("**") {
                isValid = arguments.keywordSpread == nil
                arguments.keywordSpread = try parseExpression()
            } else if case .name(let name) = current.kind, next.kind == .symbol("=") {
                isValid = arguments.keywordSpread == nil
                advance()
                advance()
                arguments.keywords.append((name, try parseExpression()))
            } else {
                isValid =
                    arguments.spread == nil && arguments.keywordSpread == nil && arguments.keywords.isEmpty
                arguments.positional.append(try parseExpression())
            }
            guard isValid else { throw failure("invalid syntax for function call expression", at: position) }
        }
        advance()
        return arguments
    }

    // MARK: Filters and tests

    private mutating func parseFilterChain(_ value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            let position = current.position
            if isSymbol("|") {
                value = try parseFilters(value, startsInline: false)
            } else if isName("is") {
                value = try parseTest(value)
            } else if isSymbol("(") {
                value = Expression(kind: .call(value, try parseArguments()), position: position)
            } else {
                return value
            }
            try countLink()
        }
    }

    /// One or more filters; the first without its `|` when it `startsInline`, as in a filter block.
    mutating func parseFilters(_ operand: Expression?, startsInline: Bool) throws(TemplateError) -> Expression {
        var value = operand
        var isInline = startsInline
        while isInline || isSymbol("|") {
            if !isInline { advance() }
            isInline = false
            try countLink()
            let position = current.position
            let name = try parseDottedName()
            guard isConditional || Filters.table[name] != nil else {
                throw failure("No filter named '\(name)'.", at: position)
            }
            let arguments = isSymbol("(") ? try parseArguments() : CallArguments()
            value = Expression(kind: .filter(value, name: name, arguments), position: position)
        }
        guard let value else { throw failure("expected a filter, got \(current.description)") }
        return value
    }

    private mutating func parseTest(_ operand: Expression) throws(TemplateError) -> Expression {
        advance()
        let isNegated = takeName("not")
        let position = current.position
        let name = try parseDottedName()
        guard isConditional || Tests.table[name] != nil else {
            throw failure("No test named '\(name)'.", at: position)
        }
        var arguments = CallArguments()
        if isSymbol("(") {
            arguments = try parseArguments()
        } else if beginsTestArgument {
            if isName("is") { throw failure("You cannot chain multiple tests with is") }
            arguments.positional = [try parsePostfix(try parsePrimary())]
        }
        let test = Expression(kind: .test(operand, name: name, arguments), position: position)
        return isNegated ? Expression(kind: .not(test), position: position) : test
    }

    private var beginsTestArgument: Bool {
        switch current.kind {
        case .name(let name): name != "else" && name != "or" && name != "and"
        case .string, .integer, .float, .symbol("["), .symbol("{"): true
        default: false
        }
    }

    private mutating func parseDottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while takeSymbol(".") { name += "." + (try expectName()) }
        return name
    }
}
