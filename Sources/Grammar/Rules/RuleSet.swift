/// The rules of a constraint, which may refer to each other, and the one that the output must follow.
struct RuleSet: Sendable {
    static let largestCount = 50_000

    /// Names are for messages.
    private(set) var names: [String] = []
    private(set) var bodies: [Expression] = []
    var start = Expression.nothing

    init() {}

    init(_ start: Expression) {
        self.start = start
    }

    /// A new rule, whose body is set later.
    mutating func add(_ name: String = "", _ body: Expression = .nothing) throws(GrammarError) -> Int {
        guard bodies.count < Self.largestCount else {
            throw .tooComplex("the constraint needs more than \(Self.largestCount) rules; simplify it")
        }
        names.append(name)
        bodies.append(body)
        return bodies.count - 1
    }

    mutating func set(_ rule: Int, _ body: Expression) {
        bodies[rule] = body
    }

    /// Takes in the rules of another set; its start, in terms of this set's rules.
    mutating func append(_ other: RuleSet) -> Expression {
        let offset = bodies.count
        names += other.names
        bodies += other.bodies.map { $0.shifted(by: offset) }
        return other.start.shifted(by: offset)
    }
}

// MARK: - Analysis

extension RuleSet {
    /// Whether each rule allows the empty text.
    func nullableRules() -> [Bool] {
        var nullable = [Bool](repeating: false, count: bodies.count)
        spread { rule in
            guard !nullable[rule], isNullable(bodies[rule], nullable) else { return false }
            nullable[rule] = true
            return true
        }
        return nullable
    }

    func isNullable(_ expression: Expression, _ rules: [Bool]) -> Bool {
        switch expression {
        case .nothing, .bytes, .character: false
        case .empty: true
        case .sequence(let parts): parts.allSatisfy { isNullable($0, rules) }
        case .choice(let parts): parts.contains { isNullable($0, rules) }
        case .repetition(let body, let least, _): least == 0 || isNullable(body, rules)
        case .rule(let rule): rules[rule]
        case .intersection(let left, let right): isNullable(left, rules) && isNullable(right, rules)
        case .complement(let body): !isNullable(body, rules)
        }
    }

    /// Visits every rule, and again those that refer to a rule for which `visit` told of a change.
    private func spread(_ visit: (Int) -> Bool) {
        var users = [[Int]](repeating: [], count: bodies.count)
        func collect(_ expression: Expression, _ user: Int) {
            if case .rule(let rule) = expression, users[rule].last != user { users[rule].append(user) }
            for child in expression.children { collect(child, user) }
        }
        for rule in bodies.indices { collect(bodies[rule], rule) }
        var pending = Array(bodies.indices)
        while let rule = pending.popLast() {
            if visit(rule) { pending += users[rule] }
        }
    }

    /// Takes out what can never come to an end, so that every way into the rules also leads out of them.
    ///
    /// `isEmpty` tells whether an intersection allows nothing.
    mutating func prune(isEmpty: (Expression) throws(GrammarError) -> Bool) throws(GrammarError) {
        var empty: Set<Expression> = []
        func findEmpty(_ expression: Expression) throws(GrammarError) {
            if case .intersection = expression {
                if try isEmpty(expression) { empty.insert(expression) }
                return
            }
            for child in expression.children { try findEmpty(child) }
        }
        for body in bodies { try findEmpty(body) }
        try findEmpty(start)
        var productive = [Bool](repeating: false, count: bodies.count)
        func isProductive(_ expression: Expression) -> Bool {
            switch expression {
            case .nothing: false
            case .empty, .complement: true
            case .bytes(let set): !set.isEmpty
            case .character(let set, _): !set.isEmpty
            case .sequence(let parts): parts.allSatisfy(isProductive)
            case .choice(let parts): parts.contains(where: isProductive)
            case .repetition(let body, let least, let most): (least == 0 || isProductive(body)) && least <= most ?? .max
            case .rule(let rule): productive[rule]
            case .intersection: !empty.contains(expression)
            }
        }
        spread { rule in
            guard !productive[rule], isProductive(bodies[rule]) else { return false }
            productive[rule] = true
            return true
        }
        func pruned(_ expression: Expression) -> Expression {
            guard isProductive(expression) else { return .nothing }
            switch expression {
            case .sequence(let parts): return .sequence(parts.map(pruned))
            case .choice(let parts): return .choice(parts.map(pruned).filter { $0 != .nothing })
            case .repetition(let body, let least, let most):
                let body = pruned(body)
                return body == .nothing ? .empty : .repetition(body, atLeast: least, atMost: most)
            default: return expression
            }
        }
        for rule in bodies.indices { bodies[rule] = pruned(bodies[rule]) }
        start = pruned(start)
    }
}
