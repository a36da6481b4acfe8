import Synchronization

/// An automaton with the masks of its states, which the matchers of a grammar extend together.
final class SharedAutomaton: Sendable {
    struct Contents: Sendable {
        var automaton: Automaton
        var masks: [Automaton.State: TokenMask] = [:]
    }

    let contents: Mutex<Contents>

    init(_ automaton: Automaton) {
        contents = Mutex(Contents(automaton: automaton))
    }

    var size: Int { contents.withLock { $0.automaton.size } }
}

extension SharedAutomaton.Contents {
    /// Masks kept for an automaton: 19 KB each for 152k tokens.
    private static let maskLimit = 128
    /// Steps that one mask may take: up to 0.2 s.
    static let maskBudget = 1_000_000

    /// The tokens that may follow a state; those that end the answer where it may end.
    mutating func mask(
        of state: Automaton.State, _ vocabulary: TokenVocabulary, _ slices: [ScalarSet: CharacterSlice],
        steps: Int? = nil
    ) throws(GrammarError) -> TokenMask {
        if let mask = masks[state] { return mask }
        automaton.allow(min(steps ?? Self.maskBudget, Self.maskBudget))
        let clipped = try automaton.clipped(state, to: vocabulary.trie.longest)
        let known = masks[clipped]
        let mask = if let known { known } else { try newMask(of: clipped, vocabulary, slices) }
        if masks.count >= Self.maskLimit { masks.removeAll() }
        masks[clipped] = mask
        return mask
    }

    private mutating func newMask(
        of state: Automaton.State, _ vocabulary: TokenVocabulary, _ slices: [ScalarSet: CharacterSlice]
    ) throws(GrammarError) -> TokenMask {
        var mask = TokenMask(size: vocabulary.size)
        var trie = vocabulary.trie
        var best = 0
        for run in try automaton.characterRuns(state) {
            guard let slice = slices[run.set] else { continue }
            let count = min(run.count ?? CharacterSlice.longest, CharacterSlice.longest)
            guard count > best else { continue }
            if count < CharacterSlice.longest, try !endsRun(run.rest, slice) { continue }
            best = count
            mask = slice.masks[count]
            trie = slice.rest
        }
        try automaton.walk(trie, from: state, into: &mask)
        if automaton.isAccepting(state) {
            for token in vocabulary.endTokens { mask.insert(token) }
        }
        return mask
    }

    /// Whether what follows a run of the slice's characters is none of them.
    private mutating func endsRun(_ rest: Automaton.State?, _ slice: CharacterSlice) throws(GrammarError) -> Bool {
        guard let rest else { return false }
        for byte in slice.firstBytes where try automaton.step(rest, byte) != Automaton.dead { return false }
        return true
    }
}
