/// Runs the statements of a template for one rendering.
final class Interpreter {
    enum Flow {
        case next, breakLoop, continueLoop
    }

    let budget: Budget
    let names: NameTable
    /// The text that filters of a block without an operand apply to.
    var blockText: Value = .none
    private let undefinedNames: [[Int]]
    private var output = ""
    private var recursion = 0
    private var macroDepth = 0
    private var releasables: [any Releasable] = []

    init(names: NameTable, undefinedNames: [[Int]], budget: Budget) {
        self.names = names
        self.undefinedNames = undefinedNames
        self.budget = budget
    }

    deinit {
        for releasable in releasables { releasable.clear() }
    }

    func run(_ statements: [Statement], in scope: Scope) throws(TemplateError) -> String {
        enter(scope, undefinedNames.count - 1)
        _ = try execute(statements, in: scope)
        return output
    }

    func makeNamespace(_ attributes: Value.Dictionary) throws(TemplateError) -> Value {
        let namespace = Namespace(attributes)
        try release(namespace)
        return .object(namespace)
    }

    /// Has an object emptied at the end of the rendering.
    func release(_ object: any Releasable) throws(TemplateError) {
        if releasables.last === object { return }
        try budget.allocate(128)
        releasables.append(object)
    }

    /// Counts a level of evaluation or execution; `leave` must follow.
    func descend() throws(TemplateError) {
        recursion += 1
        guard recursion <= Budget.recursionLimit else {
            recursion -= 1
            throw TemplateError("maximum recursion depth exceeded", kind: .limit)
        }
    }

    func ascend() {
        recursion -= 1
    }

    /// The text that `body` writes, which does not reach the output.
    func capture(_ body: () throws(TemplateError) -> Flow) throws(TemplateError) -> (text: String, flow: Flow) {
        let outer = output
        output = ""
        defer { output = outer }
        let flow = try body()
        return (output, flow)
    }

    private func enter(_ scope: Scope, _ number: Int) {
        for name in undefinedNames[number] { scope.set(name, .undefined(named: names[name])) }
    }

    private func write(_ text: String) throws(TemplateError) {
        try budget.write(text.utf8.count)
        output += text
    }

    // MARK: Statements

    func execute(_ statements: [Statement], in scope: Scope) throws(TemplateError) -> Flow {
        try descend()
        defer { ascend() }
        for statement in statements {
            try budget.step()
            let flow: Flow
            do {
                flow = try execute(statement, in: scope)
            } catch {
                throw error.placed(at: statement.position)
            }
            if flow != .next { return flow }
        }
        return .next
    }

    private func execute(_ statement: Statement, in scope: Scope) throws(TemplateError) -> Flow {
        switch statement.kind {
        case .text(let text): try write(text)
        case .output(let expression): try write(try string(try evaluate(expression, in: scope)))
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition, in: scope).isTrue {
                return try execute(branch.body, in: scope)
            }
            return try execute(otherwise, in: scope)
        case .loop(let loop): try runLoop(loop, over: try evaluate(loop.iterable, in: scope), depth0: 0, in: scope)
        case .set(let target, let expression): try assign(try evaluate(expression, in: scope), to: target, in: scope)
        case .setBlock(let target, let filter, let block):
            let (text, flow) = try captureBlock(block, in: scope)
            guard flow == .next else { return flow }
            try assign(
                try filter.map { filter throws(TemplateError) in try apply(filter, to: text, in: scope) }
                    ?? .string(text), to: target, in: scope)
        case .macro(let definition):
            guard let name = definition.name else { return .next }
            try release(scope)
            scope.set(name, .object(Macro(definition, in: scope, names: names)))
        case .callBlock(let call, let caller): try runCallBlock(call, caller, in: scope)
        case .filterBlock(let filter, let block):
            let (text, flow) = try captureBlock(block, in: scope)
            guard flow == .next else { return flow }
            try write(try string(try apply(filter, to: text, in: scope)))
        case .with(let bindings, let block):
            let inner = Scope(scope)
            enter(inner, block.number)
            for binding in bindings {
                try assign(try evaluate(binding.value, in: scope), to: binding.target, in: inner)
            }
            return try execute(block.statements, in: inner)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .next
    }

    private func captureBlock(_ block: Block, in scope: Scope) throws(TemplateError) -> (text: String, flow: Flow) {
        let inner = Scope(scope)
        enter(inner, block.number)
        return try capture { () throws(TemplateError) in try execute(block.statements, in: inner) }
    }

    private func apply(_ filter: Expression, to text: String, in scope: Scope) throws(TemplateError) -> Value {
        let outer = blockText
        blockText = .string(text)
        defer { blockText = outer }
        return try evaluate(filter, in: scope)
    }

    private func runCallBlock(
        _ call: Expression, _ caller: MacroDefinition, in scope: Scope
    ) throws(TemplateError) {
        guard case .call(let callee, let arguments) = call.kind else { return }
        let function = try evaluate(callee, in: scope)
        var values = try evaluate(arguments, in: scope)
        try release(scope)
        values.keywords.append(("caller", .object(Macro(caller, in: scope, names: names))))
        try write(try string(try self.call(function, values)))
    }

    // MARK: Assignment

    private func assign(_ value: Value, to target: AssignmentTarget, in scope: Scope) throws(TemplateError) {
        guard value.depth <= Budget.containerDepthLimit else {
            throw TemplateError("lists and dictionaries nest too deeply", kind: .limit)
        }
        switch target {
        case .name(let name): scope.set(name, value)
        case .namespaceAttribute(let name, let attribute):
            guard case .object(let object)? = scope.find(name), let namespace = object as? Namespace else {
                throw TemplateError("cannot assign attribute on non-namespace object")
            }
            try Globals.checkNamespaceName(attribute)
            namespace.set(attribute, value)
        case .tuple(let targets):
            guard let elements = try? elements(of: value) else {
                throw TemplateError("cannot unpack non-iterable \(value.typeName) object")
            }
            guard elements.count >= targets.count else {
                throw TemplateError(
                    "not enough values to unpack (expected \(targets.count), got \(elements.count))")
            }
            guard elements.count == targets.count else {
                throw TemplateError("too many values to unpack (expected \(targets.count))")
            }
            for (target, element) in zip(targets, elements) { try assign(element, to: target, in: scope) }
        }
    }

    // MARK: Loops and macros

    private func runLoop(
        _ loop: LoopStatement, over iterable: Value, depth0: Int, in scope: Scope
    ) throws(TemplateError) {
        var elements = try elements(of: iterable)
        if let filter = loop.filter {
            var selected: [Value] = []
            for element in elements {
                let inner = Scope(scope)
                try assign(element, to: loop.target, in: inner)
                if try evaluate(filter, in: inner).isTrue { selected.append(element) }
            }
            elements = selected
        }
        if loop.isRecursive { try release(scope) }
        let state = LoopState(
            elements, depth0: depth0,
            recurse: loop.isRecursive
                ? { (iterable, depth0, interpreter) throws(TemplateError) in
                    try interpreter.recurse(loop, over: iterable, depth0: depth0, in: scope)
                } : nil)
        // As in jinja2, `else` runs unless some iteration reached its end: not after `break` or `continue` alone.
        var hasCompleted = false
        while let element = state.next() {
            try budget.step()
            let inner = Scope(scope)
            if let name = names.existingNumber(of: "loop") { inner.set(name, .object(state)) }
            enter(inner, loop.body.number)
            try assign(element, to: loop.target, in: inner)
            let flow = try execute(loop.body.statements, in: inner)
            if flow == .breakLoop { break }
            hasCompleted = hasCompleted || flow == .next
        }
        if !hasCompleted, !loop.otherwise.statements.isEmpty {
            let inner = Scope(scope)
            enter(inner, loop.otherwise.number)
            _ = try execute(loop.otherwise.statements, in: inner)
        }
    }

    private func recurse(
        _ loop: LoopStatement, over iterable: Value, depth0: Int, in scope: Scope
    ) throws(TemplateError) -> Value {
        try enterCall()
        defer { macroDepth -= 1 }
        let (text, _) = try capture { () throws(TemplateError) in
            try runLoop(loop, over: iterable, depth0: depth0, in: scope)
            return .next
        }
        return .string(text)
    }

    private func enterCall() throws(TemplateError) {
        macroDepth += 1
        guard macroDepth <= Budget.macroDepthLimit else {
            macroDepth -= 1
            throw TemplateError("maximum recursion depth exceeded", kind: .limit)
        }
    }

    /// Runs a macro's body with its parameters bound; nil among the values takes the default.
    func runMacro(
        _ definition: MacroDefinition, in scope: Scope, values: [Value?], caller: Value?,
        keywords: [(name: String, value: Value)], variadics: [Value]
    ) throws(TemplateError) -> Value {
        try enterCall()
        defer { macroDepth -= 1 }
        let inner = Scope(scope)
        enter(inner, definition.body.number)
        if let caller, let name = names.existingNumber(of: "caller") { inner.set(name, caller) }
        if definition.usesKeywords, let name = names.existingNumber(of: "kwargs") {
            var dictionary = Value.Dictionary()
            for (name, value) in keywords { dictionary.set(name, value) }
            inner.set(name, .dictionary(dictionary))
        }
        if definition.usesVariadics, let name = names.existingNumber(of: "varargs") {
            inner.set(name, .tuple(variadics))
        }
        for (parameter, value) in zip(definition.parameters, values) {
            if let value {
                try assign(value, to: .name(parameter.name), in: inner)
            } else if let defaultValue = parameter.defaultValue {
                inner.set(parameter.name, try evaluate(defaultValue, in: inner))
            } else {
                let hint = "parameter '\(names[parameter.name])' was not provided"
                inner.set(parameter.name, .undefined(Undefined(hint: hint)))
            }
        }
        let (text, _) = try capture { () throws(TemplateError) in
            try execute(definition.body.statements, in: inner)
        }
        try budget.allocate(text.utf8.count)
        return .string(text)
    }
}
