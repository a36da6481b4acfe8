/// Follows a rule set byte by byte: a deterministic automaton whose states come into being when they are reached.
///
/// A state is the expression of all that may still come. The derivative of an expression by a byte is what may follow
/// that byte (Brzozowski, "Derivatives of regular expressions", 1964); rules are opened when a derivative needs them,
/// so the sequence of what comes after a rule is the stack that recursion needs. Expressions are kept in one form:
/// equal ones have one number, a choice lists its ways in by their first part, each once (ways with the same first
/// part are joined, as in a graph-structured stack). Every state but `dead` can come to an accepted end.
struct Automaton: Sendable {
    typealias Node = Int32
    typealias State = Int32

    /// No continuation leads to an accepted end.
    static let dead: State = 0

    enum Kind: UInt8, Sendable {
        case nothing, empty, bytes, sequence, choice, repetition, rule, intersection, complement
    }

    struct Key: Hashable, Sendable {
        var kind: Kind
        var first: Int32 = 0
        var second: Int32 = 0
        var third: Int32 = 0
    }

    static let nothing: Node = 0
    static let empty: Node = 1
    static let unbounded = Int32.max

    private(set) var rules: RuleSet
    private let nullableRules: [Bool]
    private var ruleBodies: [Node]
    /// Repetitions of one character, and the characters that stand for themselves.
    private(set) var characterBodies: [Node: ScalarSet] = [:]

    private var nodes: [Key] = []
    private var nullable: [Bool] = []
    private var numbers: [Key: Node] = [:]
    private var sets: [ByteSet] = []
    private var setNumbers: [ByteSet: Int32] = [:]

    /// Bytes that no set of the rules tells apart share a class.
    private let classes: [UInt8]
    private let representatives: [UInt8]
    private var stateNodes: [Node] = []
    private var nodeStates: [State] = []
    /// -1: not computed yet.
    private var transitions: [State] = []
    /// Of pairs of nodes: whether their intersection allows anything.
    private var liveness: [UInt64: Bool] = [:]

    /// Steps left before the automaton gives up.
    private var budget = 0
    private(set) var start: State = 0

    /// Pruned rules, ready at `start`; throws where nothing satisfies them.
    init(_ source: RuleSet, budget: Int) throws(GrammarError) {
        var rules = source
        try rules.removeLeftRecursion()
        nullableRules = rules.nullableRules()
        ruleBodies = [Node](repeating: -1, count: rules.bodies.count)
        var partition = ByteClasses()
        for body in rules.bodies { partition.split(body) }
        partition.split(rules.start)
        (classes, representatives) = partition.classes()
        self.rules = rules
        _ = try node(Key(kind: .nothing))
        _ = try node(Key(kind: .empty))
        _ = try state(Self.nothing)
        self.budget = budget
        try rules.prune { expression throws(GrammarError) in try node(expression) == Self.nothing }
        self.rules = rules
        start = try state(node(rules.start))
        guard start != Self.dead else { throw .unsatisfiable("nothing satisfies the constraint") }
    }

    var stateCount: Int { stateNodes.count }

    /// Numbers kept, as a measure of memory.
    var size: Int { 8 * nodes.count + transitions.count }

    /// Allows so many new nodes and visits from here on.
    mutating func allow(_ steps: Int) {
        budget = steps
    }

    private mutating func spend() throws(GrammarError) {
        budget -= 1
        guard budget >= 0 else {
            throw .tooComplex("the constraint needs too many states; simplify its patterns, bounds or alternatives")
        }
    }

    func isAccepting(_ state: State) -> Bool {
        nullable[Int(stateNodes[Int(state)])]
    }

    /// Whether nothing may follow.
    func isFinal(_ state: State) -> Bool {
        stateNodes[Int(state)] == Self.empty
    }

    /// The state after a byte.
    mutating func step(_ state: State, _ byte: UInt8) throws(GrammarError) -> State {
        let place = Int(state) * representatives.count + Int(classes[Int(byte)])
        let known = transitions[place]
        if known >= 0 { return known }
        let next = try self.state(derivative(of: stateNodes[Int(state)], by: byte))
        transitions[place] = next
        return next
    }

    /// Whether the whole of a text is allowed.
    mutating func matches(_ bytes: some Sequence<UInt8>) throws(GrammarError) -> Bool {
        var state = start
        for byte in bytes {
            state = try step(state, byte)
            if state == Self.dead { return false }
        }
        return isAccepting(state)
    }

    /// The only byte that may follow, if there is just one.
    mutating func onlyByte(after state: State) throws(GrammarError) -> UInt8? {
        var only: UInt8?
        for byte in UInt8.min...UInt8.max where try step(state, byte) != Self.dead {
            guard only == nil else { return nil }
            only = byte
        }
        return only
    }

    /// The state of a node.
    private mutating func state(_ node: Node) throws(GrammarError) -> State {
        if nodeStates[Int(node)] >= 0 { return nodeStates[Int(node)] }
        let state = State(stateNodes.count)
        stateNodes.append(node)
        nodeStates[Int(node)] = state
        transitions.append(contentsOf: repeatElement(node == Self.nothing ? 0 : -1, count: representatives.count))
        return state
    }
}

// MARK: - Nodes

extension Automaton {
    private mutating func node(_ key: Key) throws(GrammarError) -> Node {
        if let number = numbers[key] { return number }
        try spendForNode()
        let number = Node(nodes.count)
        numbers[key] = number
        nodes.append(key)
        nodeStates.append(-1)
        nullable.append(isNullable(key))
        return number
    }

    private mutating func spendForNode() throws(GrammarError) {
        // The two constants come before there is a budget.
        if nodes.count > 1 { try spend() }
    }

    private func isNullable(_ key: Key) -> Bool {
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

    private mutating func node(_ expression: Expression) throws(GrammarError) -> Node {
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

    private mutating func bytes(_ set: ByteSet) throws(GrammarError) -> Node {
        if set.isEmpty { return Self.nothing }
        if let number = setNumbers[set] { return try node(Key(kind: .bytes, first: number)) }
        let number = Int32(sets.count)
        sets.append(set)
        setNumbers[set] = number
        return try node(Key(kind: .bytes, first: number))
    }

    private mutating func body(ofRule rule: Int32) throws(GrammarError) -> Node {
        if ruleBodies[Int(rule)] < 0 { ruleBodies[Int(rule)] = try node(rules.bodies[Int(rule)]) }
        return ruleBodies[Int(rule)]
    }

    private mutating func sequence(_ first: Node, _ rest: Node) throws(GrammarError) -> Node {
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

    private mutating func repetition(_ body: Node, _ least: Int32, _ most: Int32) throws(GrammarError) -> Node {
        if most < least { return Self.nothing }
        if most == 0 || body == Self.empty { return Self.empty }
        if body == Self.nothing { return least == 0 ? Self.empty : Self.nothing }
        if least == 1 && most == 1 { return body }
        return try node(
            Key(kind: .repetition, first: body, second: nullable[Int(body)] ? 0 : least, third: most))
    }

    // MARK: Choices

    /// One of many: a list in ascending order of the first parts.
    private mutating func choice(_ parts: [Node]) throws(GrammarError) -> Node {
        var ways: [(head: Node, tail: Node)] = []
        for part in parts { try addWays(part, Self.empty, to: &ways) }
        return try choice(ofWays: ways, depth: 0)
    }

    private mutating func choice(
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

    private mutating func join(_ way: (head: Node, tail: Node)) throws(GrammarError) -> Node {
        if way.head == Self.empty || way.tail == Self.empty { return way.head == Self.empty ? way.tail : way.head }
        return try node(Key(kind: .sequence, first: way.head, second: way.tail))
    }

    /// The ways into `first` followed by `rest`: pairs of what comes first, no sequence and no choice, and what then.
    private mutating func addWays(
        _ first: Node, _ rest: Node, to ways: inout [(head: Node, tail: Node)]
    ) throws(GrammarError) {
        var pending = [(first, rest)]
        while let (first, rest) = pending.popLast() {
            try spend()
            let key = nodes[Int(first)]
            switch key.kind {
            case .nothing: break
            case .empty:
                if rest == Self.empty { ways.append((Self.empty, Self.empty)) } else { pending.append((rest, Self.empty)) }
            case .choice:
                pending.append((key.first, rest))
                pending.append((key.second, rest))
            case .sequence: pending.append((key.first, try sequence(key.second, rest)))
            default: ways.append((first, rest))
            }
        }
    }
}

// MARK: - Derivatives

extension Automaton {
    private mutating func derivative(of expression: Node, by byte: UInt8) throws(GrammarError) -> Node {
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
    private mutating func successor(of expression: Node, by byte: UInt8) throws(GrammarError) -> Node {
        stateNodes[Int(try step(state(expression), byte))]
    }

    private mutating func intersection(_ left: Node, _ right: Node) throws(GrammarError) -> Node {
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

    private func isUniversal(_ expression: Node) -> Bool {
        nodes[Int(expression)] == Key(kind: .complement, first: Self.nothing)
    }

    /// Whether some text is allowed by both: a search through pairs of states for one where both accept.
    private mutating func isLive(_ left: Node, _ right: Node) throws(GrammarError) -> Bool {
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

// MARK: - What masks need

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
            guard key.kind == .repetition, let set = characterBodies[key.first] else { continue }
            let count = key.third == Self.unbounded ? nil : Int(key.third)
            runs.append(CharacterRun(set: set, count: count, rest: ways.count == 1 ? try self.state(way.tail) : nil))
        }
        return runs
    }

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

    /// The same state in an automaton that was made of the same rules and has not seen it yet.
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
