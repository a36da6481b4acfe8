extension RuleSet {
    /// Rewrites rules that begin with themselves, `a: a x | y` as `a: y x*`; throws where a rule begins with itself
    /// in any other way, since following it would never reach a byte.
    mutating func removeLeftRecursion() throws(GrammarError) {
        for rule in bodies.indices { rewrite(rule) }
        let nullable = nullableRules()
        var first: [[Int]] = []
        for body in bodies {
            var rules: [Int] = []
            collectFirst(body, nullable, &rules)
            first.append(rules)
        }
        // Depth first; a rule that is met while it is being followed begins with itself.
        var finished = [Bool](repeating: false, count: bodies.count)
        var open = finished
        for root in bodies.indices where !finished[root] {
            var path: [(rule: Int, next: Int)] = [(root, 0)]
            open[root] = true
            while let (rule, next) = path.last {
                if next == first[rule].count {
                    open[rule] = false
                    finished[rule] = true
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let target = first[rule][next]
                if open[target] {
                    throw .unsupported(
                        "the rule \(names[target].debugDescription) begins with itself through "
                            + "\(names[rule].debugDescription); write the repetition with '*' or '+'")
                }
                if !finished[target] {
                    open[target] = true
                    path.append((target, 0))
                }
            }
        }
    }

    private mutating func rewrite(_ rule: Int) {
        let choices = if case .choice(let parts) = bodies[rule] { parts } else { [bodies[rule]] }
        var ends: [Expression] = []
        var continuations: [Expression] = []
        for choice in choices {
            let parts = if case .sequence(let parts) = choice { parts } else { [choice] }
            guard case .rule(rule) = parts.first else {
                ends.append(choice)
                continue
            }
            if parts.count > 1 { continuations.append(.sequence(Array(parts.dropFirst()))) }
        }
        guard ends.count < choices.count else { return }
        set(rule, .sequence([.choice(ends), .any(.choice(continuations))]))
    }

    /// The rules that an expression may begin with.
    private func collectFirst(_ expression: Expression, _ nullable: [Bool], _ rules: inout [Int]) {
        switch expression {
        case .rule(let rule): rules.append(rule)
        case .sequence(let parts):
            for part in parts {
                collectFirst(part, nullable, &rules)
                guard isNullable(part, nullable) else { return }
            }
        default:
            for child in expression.children { collectFirst(child, nullable, &rules) }
        }
    }
}
