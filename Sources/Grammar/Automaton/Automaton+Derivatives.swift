extension Automaton {
    mutating func derivative(of expression: Node, by byte: UInt8) throws(GrammarError) -> Node {
        var ways: [(head: Node, tail: Node)] = []
        var pending = [(expression, Self.empty)]
        var seen: Set<UInt64> = []
        while let (first, rest) = pending.popLast() {
            try spend()
            let key = nodes[Int(first)]
            switch key.kind {
            case .nothing, .empty: break
            case .bytes:
                if sets[Int(key.first)].contains(byte) { try addWays(rest, Self.empty, to: &ways) }
            case .choice:
                pending.append((key.second, rest))
                pending.append((key.first, rest))
            case .sequence:
                pending.append((key.first, try sequence(key.second, rest)))
                if nullable[Int(key.first)] { pending.append((key.second, rest)) }
            case .repetition:
                let most = key.third == Self.unbounded ? key.third : key.third - 1
                let next = try repetition(key.first, max(0, key.second - 1), most)
                pending.append((key.first, try sequence(next, rest)))
            case .rule:
                guard seen.insert(UInt64(UInt32(first)) << 32 | UInt64(UInt32(rest))).inserted else { break }
                pending.append((try body(ofRule: key.first), rest))
            case .intersection:
                let left = try successor(of: key.first, by: byte)
                let both = try intersection(left, successor(of: key.second, by: byte))
                try addWays(both, rest, to: &ways)
            case .complement:
                let after = try successor(of: key.first, by: byte)
                try addWays(node(Key(kind: .complement, first: after)), rest, to: &ways)
            }
        }
        return try choice(ofWays: ways, depth: 0)
    }

    /// The derivative, remembered.
    mutating func successor(of expression: Node, by byte: UInt8) throws(GrammarError) -> Node {
        stateNodes[Int(try step(state(expression), byte))]
    }

    mutating func intersection(_ left: Node, _ right: Node) throws(GrammarError) -> Node {
        if left == Self.nothing || right == Self.nothing { return Self.nothing }
        if left == right { return left }
        if left == Self.empty || right == Self.empty {
            return nullable[Int(left)] && nullable[Int(right)] ? Self.empty : Self.nothing
        }
        if isUniversal(left) { return right }
        if isUniversal(right) { return left }
        guard try isLive(left, right) else { return Self.nothing }
        return try node(Key(kind: .intersection, first: min(left, right), second: max(left, right)))
    }

    func isUniversal(_ expression: Node) -> Bool {
        nodes[Int(expression)] == Key(kind: .complement, first: Self.nothing)
    }

    /// Whether some text is allowed by both: a search through pairs of states for one where both accept.
    mutating func isLive(_ left: Node, _ right: Node) throws(GrammarError) -> Bool {
        func name(_ left: Node, _ right: Node) -> UInt64 {
            UInt64(UInt32(min(left, right))) << 32 | UInt64(UInt32(max(left, right)))
        }
        if let known = liveness[name(left, right)] { return known }
        var pairs = [(left: left, right: right, parent: -1)]
        var seen: Set<UInt64> = [name(left, right)]
        var visited = 0
        while visited < pairs.count {
            let (left, right, _) = pairs[visited]
            if nullable[Int(left)] && nullable[Int(right)] || liveness[name(left, right)] == true {
                var place = visited
                while place >= 0 {
                    liveness[name(pairs[place].left, pairs[place].right)] = true
                    place = pairs[place].parent
                }
                return true
            }
            if liveness[name(left, right)] == nil {
                for byte in representatives {
                    try spend()
                    let left = try successor(of: left, by: byte)
                    guard left != Self.nothing else { continue }
                    let right = try successor(of: right, by: byte)
                    guard right != Self.nothing, seen.insert(name(left, right)).inserted else { continue }
                    pairs.append((left, right, visited))
                }
            }
            visited += 1
        }
        for pair in pairs { liveness[name(pair.left, pair.right)] = false }
        return false
    }
}
