import Synchronization
package import Tokenization

/// What a model can say: the bytes of each token, and the tokens that end an answer. Made once for a model.
package final class TokenVocabulary: Sendable {
    private static let sliceLimit = 16

    /// The number of tokens that masks cover.
    package let size: Int
    package let endTokens: [Int32]
    let trie: VocabularyTrie
    private let arena: [UInt8]
    /// Where the bytes of each token end.
    private let ends: [Int32]
    /// In ascending order of their bytes; tokens without bytes are left out.
    private let sorted: [Int32]
    private let slices = Mutex<[ScalarSet: CharacterSlice]>([:])

    /// Tokens by id; one with empty bytes is never allowed, save those that end.
    package init(_ tokens: some Sequence<[UInt8]>, size: Int? = nil, endTokens: [Int32]) {
        var arena: [UInt8] = []
        var ends: [Int32] = []
        for (id, bytes) in tokens.enumerated() {
            if !endTokens.contains(Int32(id)), bytes.count <= Int(UInt16.max) { arena += bytes }
            ends.append(Int32(arena.count))
        }
        self.size = max(size ?? 0, ends.count, Int(endTokens.max() ?? 0) + 1)
        self.endTokens = endTokens
        func range(_ token: Int32) -> Range<Int> {
            (token == 0 ? 0 : Int(ends[Int(token) - 1]))..<Int(ends[Int(token)])
        }
        sorted = (0..<Int32(ends.count)).filter { !range($0).isEmpty }.sorted {
            arena[range($0)].lexicographicallyPrecedes(arena[range($1)])
        }
        trie = VocabularyTrie(sorted) { arena[range($0)] }
        self.arena = arena
        self.ends = ends
    }

    /// The tokens of a tokenizer. Added tokens are never allowed, whatever their text, save those that end: they stand
    /// for more than their text. `size`: of the model's output, which may exceed the tokenizer's.
    package convenience init(_ tokenizer: Tokenizer, size: Int? = nil, endTokens: [Int32]) {
        let added = Set(tokenizer.addedTokens.map(\.id))
        self.init(
            (0..<Int32(tokenizer.vocabularySize)).lazy.map { added.contains($0) ? [] : tokenizer.bytes(of: $0) },
            size: size, endTokens: endTokens)
    }

    package func bytes(of token: Int32) -> ArraySlice<UInt8> {
        guard token >= 0, Int(token) < ends.count else { return [] }
        return arena[(token == 0 ? 0 : Int(ends[Int(token) - 1]))..<Int(ends[Int(token)])]
    }

    /// The slice of a set: made at its first use, and kept while there is room.
    func slice(_ set: ScalarSet) -> CharacterSlice {
        if let slice = slices.withLock({ $0[set] }) { return slice }
        let slice = CharacterSlice(set, sorted: sorted, size: size, bytes: bytes(of:))
        slices.withLock { slices in
            if slices.count >= Self.sliceLimit { slices.removeAll() }
            slices[set] = slice
        }
        return slice
    }
}
