extension Automaton {
    /// A way of going on with characters of one set, up to `count` of them.
    struct CharacterRun {
        let set: ScalarSet
        /// nil: without end.
        let count: Int?
        /// What follows the run, if the state has no other way.
        let rest: State?
    }

    /// The longest runs of characters that a state begins with.
    mutating func characterRuns(_ state: State) throws(GrammarError) -> [CharacterRun] {
        var ways: [(head: Node, tail: Node)] = []
        try addWays(stateNodes[Int(state)], Self.empty, to: &ways)
        var runs: [CharacterRun] = []
        for way in ways {
            let key = nodes[Int(way.head)]
            if key.kind == .intersection {
                if let run = try limitedRun(key.first, key.second) { runs.append(run) }
                if let run = try limitedRun(key.second, key.first) { runs.append(run) }
                continue
            }
            guard key.kind == .repetition, let set = characterBodies[key.first] else { continue }
            let count = key.third == Self.unbounded ? nil : Int(key.third)
            runs.append(CharacterRun(set: set, count: count, rest: ways.count == 1 ? try self.state(way.tail) : nil))
        }
        return runs
    }

    /// The run of an expression that begins with one without end, beside a limit on the number of characters: it may
    /// go on while as many characters are left as the expression needs to come to its end.
    private mutating func limitedRun(_ expression: Node, _ limit: Node) throws(GrammarError) -> CharacterRun? {
        let bound = nodes[Int(limit)]
        guard bound.kind == .repetition, let allowed = characterBodies[bound.first] else { return nil }
        var ways: [(head: Node, tail: Node)] = []
        try addWays(expression, Self.empty, to: &ways)
        for way in ways {
            let key = nodes[Int(way.head)]
            guard key.kind == .repetition, key.third == Self.unbounded, let set = characterBodies[key.first],
                set.subtracting(allowed).isEmpty
            else { continue }
            if bound.third == Self.unbounded { return CharacterRun(set: set, count: nil, rest: nil) }
            let run = try join(way)
            var low: Int32 = 0
            var high = min(bound.third, Self.longestEnd) + 1
            while low < high {
                let middle = (low + high) / 2
                let ends = try intersection(run, repetition(bound.first, 0, middle)) != Self.nothing
                if ends { high = middle } else { low = middle + 1 }
            }
            if low <= min(bound.third, Self.longestEnd) {
                return CharacterRun(set: set, count: Int(bound.third - low), rest: nil)
            }
        }
        return nil
    }

    /// The most characters that an expression may need to its end for its run to be looked at.
    private static let longestEnd: Int32 = 64

    /// A state that allows the same texts of up to `length` bytes as beginnings, the same one for many.
    mutating func clipped(_ state: State, to length: Int) throws(GrammarError) -> State {
        var ways: [(head: Node, tail: Node)] = []
        try addWays(stateNodes[Int(state)], Self.empty, to: &ways)
        let limit = Int32(length + 1)
        var changed = false
        for index in ways.indices {
            let key = nodes[Int(ways[index].head)]
            guard key.kind == .repetition, !nullable[Int(key.first)], key.second > limit || key.third > limit,
                key.second > limit || key.third != Self.unbounded
            else { continue }
            changed = true
            ways[index].head = try repetition(
                key.first, min(key.second, limit), key.third > limit ? Self.unbounded : key.third)
        }
        return changed ? try self.state(choice(ofWays: ways, depth: 0)) : state
    }

    /// The same state in another automaton of the same rules.
    func move(_ state: State, to other: inout Automaton) throws(GrammarError) -> State {
        let root = stateNodes[Int(state)]
        var needed: Set<Node> = []
        var pending = [root]
        while let node = pending.popLast() {
            guard needed.insert(node).inserted else { continue }
            let key = nodes[Int(node)]
            switch key.kind {
            case .nothing, .empty, .bytes, .rule: break
            case .repetition, .complement: pending.append(key.first)
            case .sequence, .choice, .intersection: pending += [key.first, key.second]
            }
        }
        // Parts are older than what they are part of.
        var moved: [Node: Node] = [:]
        for node in needed.sorted() {
            var key = nodes[Int(node)]
            func part(_ node: Int32) -> Node { moved[node] ?? Self.nothing }
            switch key.kind {
            case .nothing, .empty, .rule: moved[node] = try other.node(key)
            case .bytes: moved[node] = try other.bytes(sets[Int(key.first)])
            case .choice: moved[node] = try other.choice([part(key.first), part(key.second)])
            case .sequence: moved[node] = try other.sequence(part(key.first), part(key.second))
            case .repetition: moved[node] = try other.repetition(part(key.first), key.second, key.third)
            case .intersection: moved[node] = try other.intersection(part(key.first), part(key.second))
            case .complement:
                key.first = part(key.first)
                moved[node] = try other.node(key)
            }
        }
        return try other.state(moved[root] ?? Self.nothing)
    }
}
