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
    /// Texts of added tokens, the longest first.
    private let controlTexts: [[UInt8]]
    private let slices = Mutex<[ScalarSet: CharacterSlice]>([:])

    /// Tokens by id; one with empty bytes is never allowed, save those that end.
    package convenience init(_ tokens: some Sequence<[UInt8]>, size: Int? = nil, endTokens: [Int32]) {
        self.init(tokens, size: size, endTokens: endTokens, controlTexts: [])
    }

    private init(
        _ tokens: some Sequence<[UInt8]>, size: Int?, endTokens: [Int32], controlTexts: [[UInt8]]
    ) {
        self.controlTexts = controlTexts.sorted { $0.count > $1.count }
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

    /// The tokens of a tokenizer. `size`: of the model's output, which may exceed the tokenizer's.
    ///
    /// Added tokens stand for more than their text: one is only allowed where a ``GrammarStructure`` has its text, and
    /// those that end where an answer may end. For that their bytes here are the text between two bytes FF, which
    /// UTF-8 does not have; other tokens with that byte are never allowed.
    package convenience init(_ tokenizer: Tokenizer, size: Int? = nil, endTokens: [Int32]) {
        let added = Dictionary(uniqueKeysWithValues: tokenizer.addedTokens.map { ($0.id, Array($0.text.utf8)) })
        let controls = added.filter { !$0.value.isEmpty && !endTokens.contains($0.key) }
        self.init(
            (0..<Int32(tokenizer.vocabularySize)).lazy.map { token in
                if let text = controls[token] { return [Self.controlByte] + text + [Self.controlByte] }
                let bytes = added[token] == nil ? tokenizer.bytes(of: token) : []
                return bytes.contains(Self.controlByte) ? [] : bytes
            }, size: size, endTokens: endTokens, controlTexts: Array(controls.values))
    }

    /// Stands before and after the text of an added token.
    static let controlByte: UInt8 = 0xFF

    /// A text, the texts of added tokens in it as those tokens, the longest that fits first.
    func literal(_ text: String) -> Expression {
        let text = Array(text.utf8)
        var bytes: [UInt8] = []
        var rest = text[...]
        while let first = rest.first {
            if let control = controlTexts.first(where: { rest.starts(with: $0) }) {
                bytes += [Self.controlByte] + control + [Self.controlByte]
                rest = rest.dropFirst(control.count)
            } else {
                bytes.append(first)
                rest = rest.dropFirst()
            }
        }
        return .literal(bytes)
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
