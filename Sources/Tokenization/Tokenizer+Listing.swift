extension Tokenizer {
    /// Builds the tokenizer of a GGUF file. It encodes as the family's tokenizer.json does: where llama.cpp departs
    /// from that, as in leaving out Qwen's normalisation, this follows Hugging Face.
    ///
    /// Throws for rules that are not known, for tokens that are no text, for merges of tokens that do not exist.
    package convenience init<Strings>(_ listing: VocabularyListing<Strings>) throws(TokenizerError) {
        let family = try listing.family()
        let preTokenizers: [PreTokenizer]
        do throws(PatternError) {
            preTokenizers = try family.preTokenizers()
        } catch {
            throw listing.error("pre", error.description)
        }
        let (vocabulary, added) = try listing.vocabulary(family)
        let merges = try listing.mergeTable(vocabulary)
        self.init(
            normalizers: family.normalizers, preTokenizers: preTokenizers,
            model: BytePairModel(vocabulary, merges, ignoringMerges: family.ignoresMerges), addedTokens: added,
            decoders: .byteLevel,
            special: SpecialTokens(
                begin: try listing.token(listing.beginToken, "bos_token_id"),
                end: try listing.token(listing.endToken, "eos_token_id"),
                pad: try listing.token(listing.padToken, "padding_token_id"),
                addsBegin: listing.addsBegin ?? family.addsBegin, addsEnd: listing.addsEnd ?? false),
            chatTemplate: listing.chatTemplate)
    }
}

extension VocabularyListing {
    /// ggml's kinds of tokens.
    enum Kind: Int {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    func error(_ key: String, _ message: String) -> TokenizerError {
        TokenizerError(file: file, field: "tokenizer.ggml.\(key)", message: message)
    }

    func family() throws(TokenizerError) -> SplittingFamily {
        if let family = SplittingFamily.allCases.first(where: { $0.names.contains(splitting) }) { return family }
        let known = SplittingFamily.allCases.flatMap(\.names).joined(separator: ", ")
        throw error("pre", "the rules \(splitting.debugDescription) are not supported; supported: \(known)")
    }

    /// Tokens of the model, and those that are looked for in text. Unused ones fill gaps in the numbering.
    func vocabulary(_ family: SplittingFamily) throws(TokenizerError) -> (Vocabulary, [AddedToken]) {
        guard types.count == tokens.count, tokens.count <= Vocabulary.largestID + 1 else {
            throw error("token_type", "has \(types.count) elements for \(tokens.count) tokens")
        }
        var vocabulary = Vocabulary(capacity: tokens.count)
        var added: [AddedToken] = []
        var contents: Set<[UInt8]> = []
        for (index, bytes) in tokens.enumerated() {
            let id = Int32(index)
            guard let kind = Kind(rawValue: types[index]) else {
                throw error("token_type", "token \(index) is of the kind \(types[index]); known are 1 to 6")
            }
            guard kind != .unused else { continue }
            guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
                throw error("tokens", "token \(index) is \(bytes.isEmpty ? "empty" : "not valid UTF-8")")
            }
            let content = Array(bytes)
            switch kind {
            case .control, .userDefined:
                guard contents.insert(content).inserted else { throw twice(index, text) }
                added.append(
                    AddedToken(
                        id: id, content: text, isSingleWord: false, stripsLeft: false, stripsRight: false,
                        isNormalized: false, isSpecial: kind == .control && family.isSpecial(text)))
            default:
                guard vocabulary.id(of: content) == nil else { throw twice(index, text) }
                vocabulary.insert(content, id)
            }
        }
        return (vocabulary, added)
    }

    private func twice(_ index: Int, _ text: String) -> TokenizerError {
        error("tokens", "token \(index), \(text.debugDescription), is there twice")
    }

    func mergeTable(_ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            var text = Array(merge)
            guard let space = text.firstIndex(of: 0x20), !text[(space + 1)...].contains(0x20) else {
                throw error("merges", "merge \(rank) is not \"left right\"")
            }
            text.remove(at: space)
            guard let left = vocabulary.id(of: text, in: 0..<space),
                let right = vocabulary.id(of: text, in: space..<text.count), let merged = vocabulary.id(of: text)
            else {
                let pair = String(decoding: merge, as: UTF8.self).debugDescription
                throw error("merges", "merge \(rank), \(pair), has a part or a result that is no token")
            }
            table.insert(left: left, right: right, rank: UInt32(rank), newID: merged)
        }
        return table
    }

    func token(_ id: Int?, _ key: String) throws(TokenizerError) -> (id: Int32, text: String)? {
        guard let id else { return nil }
        guard tokens.indices.contains(id) else {
            throw error(key, "is \(id), but there are \(tokens.count) tokens")
        }
        return (Int32(id), String(decoding: tokens[id], as: UTF8.self))
    }
}
