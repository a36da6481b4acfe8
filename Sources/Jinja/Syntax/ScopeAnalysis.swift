/// Finds the variables that are undefined when a scope is entered, although an outer one has their name.
///
/// jinja2 compiles a scope's names ahead: a name that the scope assigns, and has not read before in its own statements,
/// is the scope's own from the start. So `{% for i in [1] %}{{ x }}{% endfor %}{% set x = 2 %}` prints nothing,
/// whatever `x` the caller passed. After jinja2's `idtracking.py`.
struct ScopeAnalysis {
    private struct Symbols {
        var known: Set<Int> = []
        var stored: Set<Int> = []
        var undefined: Set<Int> = []
    }

    /// For each block by its number, and for the template itself at the end.
    private(set) var undefinedNames: [[Int]]

    private var outer: [Symbols] = []
    private var current = Symbols()
    private var pending: [(Block, parameters: [Int], defaults: [Expression])] = []

    init(_ statements: [Statement], blockCount: Int) {
        undefinedNames = Array(repeating: [], count: blockCount + 1)
        analyze(statements, number: blockCount, parameters: [], defaults: [])
    }

    private mutating func analyze(
        _ statements: [Statement], number: Int, parameters: [Int], defaults: [Expression]
    ) {
        let saved = (current, pending)
        current = Symbols(known: Set(parameters), stored: Set(parameters))
        pending = []
        for value in defaults { visit(value) }
        for statement in statements { visit(statement) }
        undefinedNames[number] = current.undefined.sorted()
        outer.append(current)
        for (block, parameters, defaults) in pending {
            analyze(block.statements, number: block.number, parameters: parameters, defaults: defaults)
        }
        outer.removeLast()
        (current, pending) = saved
    }

    private func isKnownOutside(_ name: Int) -> Bool {
        outer.contains { $0.known.contains(name) }
    }

    private mutating func load(_ name: Int) {
        if !isKnownOutside(name) { current.known.insert(name) }
    }

    private mutating func store(_ name: Int) {
        current.stored.insert(name)
        if current.known.insert(name).inserted, !isKnownOutside(name) { current.undefined.insert(name) }
    }

    private mutating func store(_ target: AssignmentTarget) {
        switch target {
        case .name(let name): store(name)
        case .namespaceAttribute(let name, _): load(name)
        case .tuple(let targets): for target in targets { store(target) }
        }
    }

    private static func names(of target: AssignmentTarget) -> [Int] {
        switch target {
        case .name(let name): [name]
        case .namespaceAttribute: []
        case .tuple(let targets): targets.flatMap(names(of:))
        }
    }

    private mutating func visit(_ statement: Statement) {
        switch statement.kind {
        case .text, .breakLoop, .continueLoop: break
        case .output(let value): visit(value)
        case .conditional(let branches, let otherwise): visitConditional(branches[...], otherwise)
        case .loop(let loop):
            visit(loop.iterable)
            pending.append((loop.body, Self.names(of: loop.target), loop.filter.map { [$0] } ?? []))
            pending.append((loop.otherwise, [], []))
        case .set(let target, let value):
            visit(value)
            store(target)
        case .setBlock(let target, _, let body):
            store(target)
            pending.append((body, [], []))
        case .macro(let macro):
            if let name = macro.name { store(name) }
            visitMacro(macro)
        case .callBlock(let call, let caller):
            visit(call)
            visitMacro(caller)
        case .filterBlock(let filter, let body):
            visit(filter)
            pending.append((body, [], []))
        case .with(let bindings, let body):
            for binding in bindings { visit(binding.value) }
            pending.append((body, bindings.flatMap { Self.names(of: $0.target) }, []))
        }
    }

    private mutating func visitMacro(_ macro: MacroDefinition) {
        pending.append((macro.body, macro.parameters.map(\.name), macro.parameters.compactMap(\.defaultValue)))
    }

    /// A name assigned only in branches is looked up outside again, not undefined.
    private mutating func visitConditional(_ branches: ArraySlice<ConditionalBranch>, _ otherwise: [Statement]) {
        guard let first = branches.first else { return }
        visit(first.condition)
        let before = current
        var after: [Symbols] = []
        for statement in first.body { visit(statement) }
        after.append(current)
        current = before
        for branch in branches.dropFirst() { visitConditional([branch], []) }
        after.append(current)
        current = before
        for statement in otherwise { visit(statement) }
        after.append(current)
        current = before
        for symbols in after {
            current.known.formUnion(symbols.known)
            current.undefined.formUnion(symbols.undefined)
            current.stored.formUnion(symbols.stored)
        }
        current.undefined.subtract(current.stored.subtracting(before.stored))
    }

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .none, .boolean, .integer, .float, .string: break
        case .name(let name): load(name)
        case .list(let elements), .tuple(let elements), .concatenation(let elements):
            for element in elements { visit(element) }
        case .dictionary(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .negative(let operand), .positive(let operand), .not(let operand), .attribute(let operand, _):
            visit(operand)
        case .and(let left, let right), .or(let left, let right), .binary(_, let left, let right),
            .item(let left, let right):
            visit(left)
            visit(right)
        case .comparison(let first, let rest):
            visit(first)
            for link in rest { visit(link.operand) }
        case .conditional(let condition, let value, let otherwise):
            visit(condition)
            visit(value)
            if let otherwise { visit(otherwise) }
        case .slice(let operand, let start, let stop, let step):
            for part in [operand, start, stop, step] { if let part { visit(part) } }
        case .call(let callee, let arguments):
            visit(callee)
            visit(arguments)
        case .filter(let operand, _, let arguments):
            if let operand { visit(operand) }
            visit(arguments)
        case .test(let operand, _, let arguments):
            visit(operand)
            visit(arguments)
        }
    }

    private mutating func visit(_ arguments: CallArguments) {
        for argument in arguments.positional { visit(argument) }
        for argument in arguments.keywords { visit(argument.value) }
        if let spread = arguments.spread { visit(spread) }
        if let spread = arguments.keywordSpread { visit(spread) }
    }
}
