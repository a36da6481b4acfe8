/// A recursive-descent parser of jinja2's grammar: statements here, expressions in its extension.
struct Parser {
    /// What a nested construct may hold at most: beyond it, a template could exhaust the stack.
    static let nestingLimit = 80
    /// Operators, subscripts, calls and filters in one tag, since any of them may deepen the tree.
    static let linkLimit = 600

    private(set) var tokens: [Token]
    private(set) var index = 0
    private(set) var names = NameTable()
    private var blockCount = 0
    private var loopDepth = 0
    /// Names that macros take without declaring them, as far as the innermost macro uses them.
    private var usedSpecials: Set<String> = []
    var nesting = 0
    var links = 0
    /// Inside `if` an unknown filter or test fails when it runs, elsewhere at once.
    var isConditional = false

    static func parse(_ source: String) throws(TemplateError) -> (
        statements: [Statement], names: NameTable, blocks: Int
    ) {
        var parser = Parser(tokens: try Lexer.tokens(of: source))
        let statements = try parser.parseStatements(until: [])
        return (statements, parser.names, parser.blockCount)
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    // MARK: Tokens

    var current: Token { tokens[index] }

    var next: Token { tokens[Swift.min(index + 1, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func isSymbol(_ symbol: String) -> Bool {
        if case .symbol(let found) = current.kind { found == symbol } else { false }
    }

    func isName(_ name: String) -> Bool {
        if case .name(let found) = current.kind { found == name } else { false }
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func takeName(_ name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expectSymbol(_ symbol: String) throws(TemplateError) {
        guard takeSymbol(symbol) else { throw failure("expected '\(symbol)', got \(current.description)") }
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw failure("expected a name, got \(current.description)") }
        advance()
        return name
    }

    private mutating func expectBlockEnd() throws(TemplateError) {
        guard current.kind == .blockEnd else { throw failure("expected '%}', got \(current.description)") }
        advance()
    }

    func failure(_ message: String, at position: SourcePosition? = nil) -> TemplateError {
        TemplateError(message, kind: .syntax, at: position ?? current.position)
    }

    mutating func number(of name: String) -> Int {
        if name == "caller" || name == "kwargs" || name == "varargs" { usedSpecials.insert(name) }
        return names.number(of: name)
    }

    mutating func enter() throws(TemplateError) {
        nesting += 1
        guard nesting <= Self.nestingLimit else { throw failure("nested deeper than \(Self.nestingLimit) levels") }
    }

    // MARK: Statements

    /// Statements up to a block tag of one of these names, whose name is then current.
    private mutating func parseStatements(until ends: [String]) throws(TemplateError) -> [Statement] {
        try enter()
        defer { nesting -= 1 }
        var statements: [Statement] = []
        while true {
            let position = current.position
            switch current.kind {
            case .text(let text):
                statements.append(Statement(kind: .text(text), position: position))
                advance()
            case .variableBegin:
                advance()
                links = 0
                statements.append(Statement(kind: .output(try parseTuple()), position: position))
                guard current.kind == .variableEnd else { throw failure("expected '}}', got \(current.description)") }
                advance()
            case .blockBegin:
                advance()
                guard case .name(let name) = current.kind else { throw failure("tag name expected") }
                if ends.contains(name) { return statements }
                statements += try parseStatement(name, ends)
                try expectBlockEnd()
            default:
                guard ends.isEmpty else {
                    throw failure(
                        "Unexpected end of template. Looking for \(ends.map { "'\($0)'" }.joined(separator: " or ")).")
                }
                return statements
            }
        }
    }

    private mutating func parseStatement(_ name: String, _ ends: [String]) throws(TemplateError) -> [Statement] {
        let position = current.position
        advance()
        links = 0
        let kind: Statement.Kind
        switch name {
        case "for": kind = try parseFor()
        case "if": kind = try parseIf()
        case "set": kind = try parseSet()
        case "macro": kind = .macro(try parseMacro())
        case "call": kind = try parseCallBlock()
        case "filter":
            let filter = try parseFilters(nil, startsInline: true)
            kind = .filterBlock(filter, try parseBlock("endfilter"))
        case "with": kind = try parseWith()
        case "generation": kind = .with([], try parseBlock("endgeneration"))
        case "print":
            var outputs: [Statement] = []
            while current.kind != .blockEnd {
                if !outputs.isEmpty { try expectSymbol(",") }
                outputs.append(Statement(kind: .output(try parseExpression()), position: position))
            }
            return outputs
        case "break", "continue":
            guard loopDepth > 0 else { throw failure("'\(name)' outside loop", at: position) }
            kind = name == "break" ? .breakLoop : .continueLoop
        case "include", "import", "from", "extends":
            throw failure("'\(name)' is not possible: a chat template stands alone", at: position)
        default:
            let wanted =
                ends.isEmpty ? "" : " Looking for \(ends.map { "'\($0)'" }.joined(separator: " or "))."
            throw failure("Encountered unknown tag '\(name)'.\(wanted)", at: position)
        }
        return [Statement(kind: kind, position: position)]
    }

    /// The rest of a tag and the body after it, up to and with the name of its end tag.
    private mutating func parseBlock(_ end: String) throws(TemplateError) -> Block {
        let outer = isConditional
        isConditional = false
        defer { isConditional = outer }
        let block = makeBlock(try parseBody([end]))
        advance()
        return block
    }

    private mutating func parseBody(_ ends: [String]) throws(TemplateError) -> [Statement] {
        _ = takeSymbol(":")
        try expectBlockEnd()
        return try parseStatements(until: ends)
    }

    private mutating func makeBlock(_ statements: [Statement]) -> Block {
        blockCount += 1
        return Block(number: blockCount - 1, statements: statements)
    }

    private mutating func parseFor() throws(TemplateError) -> Statement.Kind {
        let target = try parseTarget(allowsNamespace: false, end: "in")
        guard takeName("in") else { throw failure("expected 'in', got \(current.description)") }
        let iterable = try parseTuple(allowsConditional: false, end: "recursive")
        let filter = takeName("if") ? try parseExpression() : nil
        let isRecursive = takeName("recursive")
        let outer = isConditional
        isConditional = false
        defer { isConditional = outer }
        loopDepth += 1
        let body = makeBlock(try parseBody(["endfor", "else"]))
        loopDepth -= 1
        var otherwise = makeBlock([])
        if takeName("else") {
            otherwise = try parseBlock("endfor")
        } else {
            advance()
        }
        return .loop(
            LoopStatement(
                target: target, iterable: iterable, filter: filter, isRecursive: isRecursive, body: body,
                otherwise: otherwise))
    }

    private mutating func parseIf() throws(TemplateError) -> Statement.Kind {
        let outer = isConditional
        isConditional = true
        defer { isConditional = outer }
        var branches: [ConditionalBranch] = []
        while true {
            let condition = try parseTuple(allowsConditional: false)
            let body = try parseBody(["elif", "else", "endif"])
            branches.append(ConditionalBranch(condition: condition, body: body))
            if takeName("elif") { continue }
            if takeName("else") {
                let otherwise = try parseBody(["endif"])
                advance()
                return .conditional(branches, otherwise: otherwise)
            }
            advance()
            return .conditional(branches, otherwise: [])
        }
    }

    private mutating func parseSet() throws(TemplateError) -> Statement.Kind {
        let target = try parseTarget(allowsNamespace: true, end: nil)
        if takeSymbol("=") { return .set(target, try parseTuple()) }
        let filter = isSymbol("|") ? try parseFilters(nil, startsInline: false) : nil
        return .setBlock(target, filter: filter, try parseBlock("endset"))
    }

    private mutating func parseWith() throws(TemplateError) -> Statement.Kind {
        var bindings: [(target: AssignmentTarget, value: Expression)] = []
        while current.kind != .blockEnd {
            if !bindings.isEmpty { try expectSymbol(",") }
            let target = try parseTarget(allowsNamespace: false, end: nil)
            try expectSymbol("=")
            bindings.append((target, try parseExpression()))
        }
        return .with(bindings, try parseBlock("endwith"))
    }

    // MARK: Macros

    private mutating func parseMacro() throws(TemplateError) -> MacroDefinition {
        let name = try parseTargetName()
        return try parseDefinition(name, end: "endmacro", parameters: try parseParameters())
    }

    private mutating func parseCallBlock() throws(TemplateError) -> Statement.Kind {
        let parameters = isSymbol("(") ? try parseParameters() : []
        let position = current.position
        let call = try parseExpression()
        guard case .call = call.kind else { throw failure("expected call", at: position) }
        return .callBlock(call, caller: try parseDefinition(nil, end: "endcall", parameters: parameters))
    }

    private mutating func parseDefinition(
        _ name: Int?, end: String, parameters: [MacroDefinition.Parameter]
    ) throws(TemplateError) -> MacroDefinition {
        let outer = (usedSpecials, loopDepth)
        usedSpecials = []
        loopDepth = 0
        let body = try parseBlock(end)
        let used = usedSpecials
        usedSpecials = outer.0.union(used)
        loopDepth = outer.1
        let declared = Set(parameters.map { names[$0.name] })
        if used.contains("caller"), parameters.contains(where: { names[$0.name] == "caller" && $0.defaultValue == nil })
        {
            throw failure("the special 'caller' argument must be omitted or be given a default")
        }
        return MacroDefinition(
            name: name, parameters: parameters, body: body, usesCaller: used.contains("caller"),
            usesKeywords: used.contains("kwargs") && !declared.contains("kwargs"),
            usesVariadics: used.contains("varargs") && !declared.contains("varargs"))
    }

    private mutating func parseParameters() throws(TemplateError) -> [MacroDefinition.Parameter] {
        try expectSymbol("(")
        var parameters: [MacroDefinition.Parameter] = []
        while !isSymbol(")") {
            if !parameters.isEmpty { try expectSymbol(",") }
            let name = try parseTargetName()
            if takeSymbol("=") {
                parameters.append(.init(name: name, defaultValue: try parseExpression()))
            } else if parameters.last?.defaultValue != nil {
                throw failure("non-default argument follows default argument")
            } else {
                parameters.append(.init(name: name, defaultValue: nil))
            }
        }
        advance()
        return parameters
    }

    // MARK: Targets

    private mutating func parseTarget(allowsNamespace: Bool, end: String?) throws(TemplateError) -> AssignmentTarget {
        try enter()
        defer { nesting -= 1 }
        var targets: [AssignmentTarget] = []
        var isTuple = false
        while true {
            if isTuple, isSymbol(")") || current.kind == .blockEnd || end.map({ isName($0) }) == true { break }
            targets.append(try parseSingleTarget(allowsNamespace: allowsNamespace))
            guard takeSymbol(",") else { break }
            isTuple = true
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func parseSingleTarget(allowsNamespace: Bool) throws(TemplateError) -> AssignmentTarget {
        if takeSymbol("(") {
            let target = try parseTarget(allowsNamespace: allowsNamespace, end: nil)
            try expectSymbol(")")
            return target
        }
        let name = try parseTargetName()
        if allowsNamespace, takeSymbol(".") { return .namespaceAttribute(name, try expectName()) }
        return .name(name)
    }

    private mutating func parseTargetName() throws(TemplateError) -> Int {
        let position = current.position
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw failure("can't assign to '\(name)'", at: position)
        }
        return names.number(of: name)
    }
}
