import Synchronization

/// A constraint ready for a vocabulary. Any number of matchers may follow it at once, on any thread; what one of them
/// finds out serves all.
package final class CompiledGrammar: Sendable {
    /// Steps that compiling may take: some tenths of a second.
    static let compileBudget = 4_000_000
    /// Numbers that an automaton may keep before matchers move on to a fresh one: 4 bytes each.
    static let automatonLimit = 1_000_000
    private static let slicesLimit = 4
    /// Sets of fewer characters are walked quickly without a slice.
    private static let smallestSlice = 16

    package let vocabulary: TokenVocabulary
    let slices: [ScalarSet: CharacterSlice]
    let automatonLimit: Int
    private let initial: Automaton
    private let current: Mutex<SharedAutomaton>

    init(
        _ rules: RuleSet, _ vocabulary: TokenVocabulary, automatonLimit: Int = automatonLimit
    ) throws(GrammarError) {
        self.vocabulary = vocabulary
        self.automatonLimit = automatonLimit
        var sets: Set<ScalarSet> = []
        for body in rules.bodies { Self.collectSets(body, &sets) }
        Self.collectSets(rules.start, &sets)
        var slices: [ScalarSet: CharacterSlice] = [:]
        for set in sets.sorted(by: { $0.count > $1.count }).prefix(Self.slicesLimit) {
            slices[set] = vocabulary.slice(set)
        }
        self.slices = slices
        initial = try Automaton(rules, budget: Self.compileBudget)
        let shared = SharedAutomaton(initial)
        current = Mutex(shared)
        _ = try shared.contents.withLock { (contents) throws(GrammarError) in
            try contents.mask(of: contents.automaton.start, vocabulary, slices)
        }
    }

    /// The sets whose members may repeat.
    private static func collectSets(_ expression: Expression, _ sets: inout Set<ScalarSet>) {
        if case .repetition(.character(let set, let encoding), _, _) = expression {
            let plain = encoding.plain(set)
            if plain.count >= smallestSlice { sets.insert(plain) }
        }
        for child in expression.children { collectSets(child, &sets) }
    }

    /// The automaton that new matchers follow.
    var shared: SharedAutomaton { current.withLock { $0 } }

    var start: Automaton.State { initial.start }

    /// An automaton with room, and the state there: that of `old` unless it has grown too large.
    func roomy(
        _ old: SharedAutomaton, _ state: Automaton.State
    ) throws(GrammarError) -> (SharedAutomaton, Automaton.State) {
        let limit = automatonLimit + initial.size
        guard old.size > limit else { return (old, state) }
        let next = current.withLock { shared in
            if shared === old || shared.size > limit { shared = SharedAutomaton(initial) }
            return shared
        }
        // Always from an older automaton to a newer one, so that two moves never wait for each other.
        let moved = try old.contents.withLock { (from) throws(GrammarError) in
            try next.contents.withLock { (to) throws(GrammarError) in
                to.automaton.allow(Self.compileBudget)
                return try from.automaton.move(state, to: &to.automaton)
            }
        }
        return (next, moved)
    }
}
