extension Automaton {
    mutating func node(_ key: Key) throws(GrammarError) -> Node {
        if let number = numbers[key] { return number }
        try spendForNode()
        let number = Node(nodes.count)
        numbers[key] = number
        nodes.append(key)
        nodeStates.append(-1)
        nullable.append(isNullable(key))
        return number
    }

    mutating func spendForNode() throws(GrammarError) {
        // The two constants come before there is a budget.
        if nodes.count > 1 { try spend() }
    }

    func isNullable(_ key: Key) -> Bool {
        switch key.kind {
        case .nothing, .bytes: false
        case .empty: true
        case .sequence, .intersection: nullable[Int(key.first)] && nullable[Int(key.second)]
        case .choice: nullable[Int(key.first)] || nullable[Int(key.second)]
        case .repetition: key.second == 0
        case .rule: nullableRules[Int(key.first)]
        case .complement: !nullable[Int(key.first)]
        }
    }

    mutating func node(_ expression: Expression) throws(GrammarError) -> Node {
        switch expression {
        case .nothing: return Self.nothing
        case .empty: return Self.empty
        case .bytes(let set): return try bytes(set)
        case .character(let set, let encoding):
            let body = try node(encoding.expression(set))
            characterBodies[body] = encoding.plain(set)
            return body
        case .sequence(let parts):
            var tail = Self.empty
            for part in parts.reversed() { tail = try sequence(node(part), tail) }
            return tail
        case .choice(let parts):
            var nodes: [Node] = []
            for part in parts { nodes.append(try node(part)) }
            return try choice(nodes)
        case .repetition(let body, let least, let most):
            let limit = Int(Self.unbounded) - 1
            return try repetition(
                node(body), Int32(min(least, limit)), most.map { Int32(min($0, limit)) } ?? Self.unbounded)
        case .rule(let rule): return try node(Key(kind: .rule, first: Int32(rule)))
        case .intersection(let left, let right): return try intersection(node(left), node(right))
        case .complement(let body): return try node(Key(kind: .complement, first: node(body)))
        }
    }

    mutating func bytes(_ set: ByteSet) throws(GrammarError) -> Node {
        if set.isEmpty { return Self.nothing }
        if let number = setNumbers[set] { return try node(Key(kind: .bytes, first: number)) }
        let number = Int32(sets.count)
        sets.append(set)
        setNumbers[set] = number
        return try node(Key(kind: .bytes, first: number))
    }

    mutating func body(ofRule rule: Int32) throws(GrammarError) -> Node {
        if ruleBodies[Int(rule)] < 0 { ruleBodies[Int(rule)] = try node(rules.bodies[Int(rule)]) }
        return ruleBodies[Int(rule)]
    }

    mutating func sequence(_ first: Node, _ rest: Node) throws(GrammarError) -> Node {
        if first == Self.nothing || rest == Self.nothing { return Self.nothing }
        if first == Self.empty { return rest }
        if rest == Self.empty { return first }
        var heads: [Node] = []
        var last = first
        while nodes[Int(last)].kind == .sequence {
            heads.append(nodes[Int(last)].first)
            last = nodes[Int(last)].second
        }
        var result = try node(Key(kind: .sequence, first: last, second: rest))
        for head in heads.reversed() { result = try node(Key(kind: .sequence, first: head, second: result)) }
        return result
    }

    mutating func repetition(_ body: Node, _ least: Int32, _ most: Int32) throws(GrammarError) -> Node {
        if most < least { return Self.nothing }
        if most == 0 || body == Self.empty { return Self.empty }
        if body == Self.nothing { return least == 0 ? Self.empty : Self.nothing }
        if least == 1 && most == 1 { return body }
        return try node(
            Key(kind: .repetition, first: body, second: nullable[Int(body)] ? 0 : least, third: most))
    }

    // MARK: Choices

    /// One of many: a list in ascending order of the first parts.
    mutating func choice(_ parts: [Node]) throws(GrammarError) -> Node {
        var ways: [(head: Node, tail: Node)] = []
        for part in parts { try addWays(part, Self.empty, to: &ways) }
        return try choice(ofWays: ways, depth: 0)
    }

    mutating func choice(
        ofWays ways: [(head: Node, tail: Node)], depth: Int
    ) throws(GrammarError) -> Node {
        if ways.count == 1 { return try join(ways[0]) }
        guard depth < 200 else { throw .tooComplex("the constraint is too ambiguous; give it fewer alternatives") }
        let sorted = ways.sorted { $0 < $1 }
        var merged: [Node] = []
        var index = 0
        while index < sorted.count {
            let head = sorted[index].head
            var tails: [Node] = []
            while index < sorted.count, sorted[index].head == head {
                if tails.last != sorted[index].tail { tails.append(sorted[index].tail) }
                index += 1
            }
            var tail = tails[0]
            if tails.count > 1 {
                var ways: [(head: Node, tail: Node)] = []
                for tail in tails { try addWays(tail, Self.empty, to: &ways) }
                tail = try choice(ofWays: ways, depth: depth + 1)
            }
            merged.append(try join((head, tail)))
        }
        guard var result = merged.popLast() else { return Self.nothing }
        while let way = merged.popLast() { result = try node(Key(kind: .choice, first: way, second: result)) }
        return result
    }

    mutating func join(_ way: (head: Node, tail: Node)) throws(GrammarError) -> Node {
        if way.head == Self.empty || way.tail == Self.empty { return way.head == Self.empty ? way.tail : way.head }
        return try node(Key(kind: .sequence, first: way.head, second: way.tail))
    }

    /// The ways into `first` followed by `rest`: pairs of what comes first, no sequence and no choice, and what then.
    mutating func addWays(
        _ first: Node, _ rest: Node, to ways: inout [(head: Node, tail: Node)]
    ) throws(GrammarError) {
        var pending = [(first, rest)]
        while let (first, rest) = pending.popLast() {
            try spend()
            let key = nodes[Int(first)]
            switch key.kind {
            case .nothing: break
            case .empty:
                if rest == Self.empty {
                    ways.append((Self.empty, Self.empty))
                } else {
                    pending.append((rest, Self.empty))
                }
            case .choice:
                pending.append((key.first, rest))
                pending.append((key.second, rest))
            case .sequence: pending.append((key.first, try sequence(key.second, rest)))
            default: ways.append((first, rest))
            }
        }
    }
}
