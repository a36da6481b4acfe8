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
    /// Some 100 bytes each.
    private static let nodeLimit = 400_000
    /// 4 bytes each.
    private static let transitionLimit = 8_000_000

    private(set) var rules: RuleSet
    let nullableRules: [Bool]
    var ruleBodies: [Node]
    /// Repetitions of one character, and the characters that stand for themselves.
    var characterBodies: [Node: ScalarSet] = [:]

    var nodes: [Key] = []
    var nullable: [Bool] = []
    var numbers: [Key: Node] = [:]
    var sets: [ByteSet] = []
    var setNumbers: [ByteSet: Int32] = [:]

    /// Bytes that no set of the rules tells apart share a class.
    let classes: [UInt8]
    let representatives: [UInt8]
    var stateNodes: [Node] = []
    var nodeStates: [State] = []
    /// -1: not computed yet.
    private(set) var transitions: [State] = []
    /// Of pairs of nodes: whether their intersection allows anything.
    var liveness: [UInt64: Bool] = [:]

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

    mutating func spend() throws(GrammarError) {
        budget -= 1
        guard budget >= 0, nodes.count < Self.nodeLimit, transitions.count < Self.transitionLimit else {
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
    mutating func state(_ node: Node) throws(GrammarError) -> State {
        if nodeStates[Int(node)] >= 0 { return nodeStates[Int(node)] }
        let state = State(stateNodes.count)
        stateNodes.append(node)
        nodeStates[Int(node)] = state
        transitions.append(contentsOf: repeatElement(node == Self.nothing ? 0 : -1, count: representatives.count))
        return state
    }
}
