import Synchronization

/// Where an answer stands in its grammar: a small value, copied to try tokens out or for each sample of a request.
package struct GrammarMatcher: Sendable {
    /// Steps that one token may take.
    private static let acceptBudget = 1_000_000

    private let grammar: CompiledGrammar
    private var shared: SharedAutomaton
    private var state: Automaton.State
    /// Whether a token that ends the answer was accepted.
    package private(set) var isFinished = false

    /// At the beginning of an answer.
    package init(_ grammar: CompiledGrammar) {
        self.grammar = grammar
        shared = grammar.shared
        state = grammar.start
    }

    /// Whether the answer may end here.
    package var isComplete: Bool {
        shared.contents.withLock { $0.automaton.isAccepting(state) }
    }

    /// Whether the answer can only end here.
    package var mustEnd: Bool {
        isFinished || shared.contents.withLock { $0.automaton.isFinal(state) }
    }

    /// The tokens that may come next; none after the end. Never empty before it, if the vocabulary has all bytes.
    ///
    /// Throws for a constraint that needs too many states, or more than `steps` new ones: what was found out is kept,
    /// so that another try gets further.
    package func mask(steps: Int? = nil) throws(GrammarError) -> TokenMask {
        if isFinished { return TokenMask(size: grammar.vocabulary.size) }
        return try shared.contents.withLock { (contents) throws(GrammarError) in
            try contents.mask(of: state, grammar.vocabulary, grammar.slices, steps: steps)
        }
    }

    /// Goes on by a token; false, and no change, for one that is not allowed.
    package mutating func accept(_ token: Int32) throws(GrammarError) -> Bool {
        if isFinished { return false }
        if grammar.vocabulary.endTokens.contains(token) {
            isFinished = isComplete
            return isFinished
        }
        let bytes = grammar.vocabulary.bytes(of: token)
        return bytes.isEmpty ? false : try accept(bytes)
    }

    /// Goes on by bytes; false, and no change, for those that are not allowed.
    package mutating func accept(_ bytes: some Sequence<UInt8>) throws(GrammarError) -> Bool {
        if isFinished { return false }
        (shared, state) = try grammar.roomy(shared, state)
        let start = state
        let next = try shared.contents.withLock { (contents) throws(GrammarError) -> Automaton.State in
            contents.automaton.allow(Self.acceptBudget)
            var next = start
            for byte in bytes {
                next = try contents.automaton.step(next, byte)
                if next == Automaton.dead { break }
            }
            return next
        }
        guard next != Automaton.dead else { return false }
        state = next
        return true
    }

    /// The bytes that must come next, up to `limit` or an added token: what a decoder may write without asking the
    /// model.
    package func forcedBytes(limit: Int = 256) throws(GrammarError) -> [UInt8] {
        if isFinished { return [] }
        return try shared.contents.withLock { (contents) throws(GrammarError) in
            contents.automaton.allow(Self.acceptBudget)
            var forced: [UInt8] = []
            var next = state
            while forced.count < limit, !contents.automaton.isAccepting(next),
                let byte = try contents.automaton.onlyByte(after: next), byte != TokenVocabulary.controlByte
            {
                forced.append(byte)
                next = try contents.automaton.step(next, byte)
            }
            return forced
        }
    }
}
