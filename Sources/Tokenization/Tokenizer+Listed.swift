extension Tokenizer {
    private typealias Kind = VocabularyListing<[ArraySlice<UInt8>]>.Kind

    /// What a GGUF file lists for this tokenizer: `count` tokens, those without an id's text padded.
    ///
    /// The rules by which text is split are named by the family whose tokenizer encodes a text of many scripts alike.
    /// Throws for a tokenizer that is no byte-level BPE, and where no family does that.
    package func listing(count: Int, chatTemplate: String?) throws(TokenizerError) -> VocabularyListing<
        [ArraySlice<UInt8>]
    > {
        guard model.usesByteAlphabet, model.unknownID == nil, !model.fallsBackToBytes, model.continuingPrefix.isEmpty,
            model.endOfWordSuffix.isEmpty
        else { throw Self.unlistable("model", "is no plain byte-level BPE, the only kind that GGUF files list here") }
        let (tokens, types) = listedTokens(count: count)
        var listing = VocabularyListing(
            file: "tokenizer.json", splitting: "", tokens: tokens, types: types, merges: listedMerges(),
            beginToken: (beginToken?.id).map(Int.init), endToken: (endToken?.id).map(Int.init),
            padToken: (padToken?.id).map(Int.init), chatTemplate: chatTemplate)
        (listing.addsBegin, listing.addsEnd) = try listedSurroundings()
        for family in try familiesByLikeness() {
            listing.splitting = family.names[0]
            if try Tokenizer(listing).encode(Self.probe) == encode(Self.probe) { return listing }
        }
        let names = SplittingFamily.allCases.map { $0.names[0] }.joined(separator: ", ")
        throw Self.unlistable("pre_tokenizer", "splits text by other rules than those that GGUF files name: \(names)")
    }

    private static func unlistable(_ field: String, _ message: String) -> TokenizerError {
        TokenizerError(file: "tokenizer.json", field: field, message: message)
    }

    private func listedTokens(count: Int) -> (tokens: [ArraySlice<UInt8>], types: [Int]) {
        var tokens: [ArraySlice<UInt8>] = []
        var types: [Int] = []
        for id in 0..<Int32(count) {
            if let token = added.tokens[id] {
                let isControl = token.isSpecial || Self.looksSpecial(token.content)
                tokens.append(Array(token.content.utf8)[...])
                types.append((isControl ? Kind.control : .userDefined).rawValue)
            } else if let text = model.vocabulary.text(of: id) {
                tokens.append(text)
                types.append(Kind.normal.rawValue)
            } else {
                tokens.append(Array("[PAD\(id)]".utf8)[...])
                types.append(Kind.unused.rawValue)
            }
        }
        return (tokens, types)
    }

    /// What llama.cpp's converter takes for a control token, whatever tokenizer.json says.
    private static func looksSpecial(_ token: String) -> Bool {
        (token.hasPrefix("<|") && token.hasSuffix("|>")) || (token.hasPrefix("<｜") && token.hasSuffix("｜>"))
    }

    private func listedMerges() -> [ArraySlice<UInt8>] {
        model.merges.pairs.map { left, right in
            let left = model.vocabulary.text(of: left) ?? []
            return (left + [0x20] + (model.vocabulary.text(of: right) ?? []))[...]
        }
    }

    /// Whether texts begin and end with the tokens for that.
    private func listedSurroundings() throws(TokenizerError) -> (begin: Bool, end: Bool) {
        let around = encodeWithSpecialTokens("")
        for begin in [false, true] {
            for end in [false, true] {
                let expected = (begin ? [beginToken?.id] : []) + (end ? [endToken?.id] : [])
                if around == expected.compactMap(\.self), expected.count == around.count { return (begin, end) }
            }
        }
        throw Self.unlistable("post_processor", "puts tokens around texts that GGUF files have no key for")
    }

    // MARK: Families

    /// Text that the families split differently.
    private static let probe =
        "I'll've SAID 'Twas it's 'S e\u{301}té Ärger 1234567 v1.0 x=(a+b)*c/2 #tag @me !?...\n\n\t\t if(x) {\r\n  y\n }  "
        + "中文字符和字母abc かなカナ漢字ー 한국어 Привет мир हिन्दी ไทย 🤷🏽‍♀️ ∑∂ €5,00 ½ Ⅳ \u{A0}\u{3000} --a 'a \"b __init__ a1b2"

    /// Those first that normalise and cut the probe as this tokenizer does.
    private func familiesByLikeness() throws(TokenizerError) -> [SplittingFamily] {
        var alike: [SplittingFamily] = []
        let own = EncodingWorkspace.withBorrowed { Self.pieces(Self.probe, normalizers, preTokenizers, $0) }
        for family in SplittingFamily.allCases {
            let steps: [PreTokenizer]
            do throws(PatternError) {
                steps = try family.preTokenizers()
            } catch {
                throw Self.unlistable("pre_tokenizer", error.description)
            }
            let pieces = EncodingWorkspace.withBorrowed { Self.pieces(Self.probe, family.normalizers, steps, $0) }
            if pieces == own { alike.append(family) }
        }
        return alike + SplittingFamily.allCases.filter { !alike.contains($0) }
    }

    private static func pieces(
        _ text: String, _ normalizers: [Normalizer], _ steps: [PreTokenizer], _ workspace: EncodingWorkspace
    ) -> [[UInt8]] {
        var normalized = NormalizedText(bytes: Array(text.utf8), startsAtOrigin: true)
        for normalizer in normalizers { normalizer.apply(to: &normalized, workspace.patterns) }
        var list = PieceList(
            bytes: normalized.bytes, pieces: [0..<normalized.bytes.count], startsAtOrigin: true)
        for step in steps { step.apply(to: &list, workspace.patterns) }
        return list.pieces.map { Array(list.bytes[$0]) }
    }
}
