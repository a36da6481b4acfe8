extension Automaton {
    /// Sets the bits of the tokens whose bytes may follow a state.
    mutating func walk(
        _ trie: VocabularyTrie, from state: State, into mask: inout TokenMask
    ) throws(GrammarError) {
        var states = [State](repeating: Self.dead, count: trie.longest + 1)
        states[0] = state
        var place = 0
        while true {
            place = followKnown(trie, from: place, &states, &mask)
            guard place < trie.nodes.count - 1 else { return }
            let node = trie.nodes[place]
            _ = try step(states[Int(node.depth)], node.byte)
        }
    }

    /// Walks from node to node while the transitions are known; the first node whose transition is not, or the last.
    private func followKnown(
        _ trie: VocabularyTrie, from start: Int, _ states: inout [State], _ mask: inout TokenMask
    ) -> Int {
        let nodes = trie.nodes.span
        let tokens = trie.tokens.span
        let transitions = transitions.span
        let classes = classes.span
        let classCount = representatives.count
        var states = states.mutableSpan
        var words = mask.words.mutableSpan
        var place = start
        while place < nodes.count - 1 {
            let node = nodes[place]
            let depth = Int(node.depth)
            let next = transitions[Int(states[depth]) * classCount + Int(classes[Int(node.byte)])]
            if next < 0 { break }
            if next == Self.dead {
                place = Int(node.end)
                continue
            }
            states[depth + 1] = next
            place += 1
            for index in Int(node.firstToken)..<Int(nodes[place].firstToken) {
                let token = tokens[index]
                words[Int(token) >> 5] |= 1 << UInt32(token & 31)
            }
        }
        return place
    }
}
