package import JSON

/// Text to token ids and back, as Hugging Face's `tokenizers` does it for a tokenizer.json with a BPE model, or for the
/// one that a GGUF file was made of.
///
/// Immutable, and free of locks apart from borrowing scratch memory; any number of tasks may use it at once.
/// Encoding takes time in proportion to the text, whatever the text.
package final class Tokenizer: Sendable {
    let normalizers: [Normalizer]
    let preTokenizers: [PreTokenizer]
    let model: BytePairModel
    let added: AddedVocabulary
    private let postProcessor: PostProcessor
    private let tokens: TokenTable

    /// The chain that a text's decoding starts with.
    let decoders: DecoderChain

    /// The tokens that are recognised as wholes wherever they stand, by ascending id.
    package var addedTokens: [(id: Int32, text: String)] {
        added.tokens.sorted { $0.key < $1.key }.map { (id: $0.key, text: $0.value.content) }
    }

    /// The token that begins a text, from tokenizer_config.json.
    package let beginToken: (id: Int32, text: String)?
    /// The token that ends a text.
    package let endToken: (id: Int32, text: String)?
    package let padToken: (id: Int32, text: String)?
    /// The chat templates of tokenizer_config.json by name; one without a name is called "default".
    package let chatTemplates: [String: String]

    /// The template called "default".
    package var chatTemplate: String? { chatTemplates["default"] }

    /// Reads a tokenizer.json and, if there is one, its tokenizer_config.json.
    ///
    /// `truncation` and `padding` are ignored: they concern batches, and a server neither cuts nor fills its texts.
    package init(tokenizerJSON: [UInt8], configuration: JSONValue?) throws(TokenizerError) {
        let root = try Self.parse(tokenizerJSON)
        if let version = root.optional("version"), try version.string() != "1.0" {
            throw version.error("\(try version.string().debugDescription) is not known; only \"1.0\" is")
        }
        let configuration = try TokenizerConfiguration(configuration)
        let normalizers = try Normalizer.steps(root.optional("normalizer"))
        var preTokenizers = try PreTokenizer.steps(root.optional("pre_tokenizer"))
        // The last step is left out: the model works on the bytes themselves.
        let usesByteAlphabet = if case .byteAlphabet = preTokenizers.last { true } else { false }
        if usesByteAlphabet { preTokenizers.removeLast() }
        let model = try BytePairModel(root.required("model"), usesByteAlphabet: usesByteAlphabet)
        let addedTokens = try Self.addedTokens(root, configuration, model.vocabulary)
        let normalize: ([UInt8]) -> [UInt8] = { bytes in
            EncodingWorkspace.withBorrowed { Self.normalize(bytes, normalizers, startsAtOrigin: true, $0).bytes }
        }
        let added = AddedVocabulary(addedTokens, normalize: normalize)
        let decoders = try DecoderChain(root.optional("decoder"))
        let tokens = TokenTable(model.vocabulary, addedTokens, decoders, normalize: normalize)

        self.normalizers = normalizers
        self.preTokenizers = preTokenizers
        self.model = model
        self.added = added
        self.decoders = decoders
        self.tokens = tokens
        beginToken = try Self.specialToken(configuration.beginText, "bos_token", tokens)
        endToken = try Self.specialToken(configuration.endText, "eos_token", tokens)
        padToken = try Self.specialToken(configuration.padText, "pad_token", tokens)
        chatTemplates = configuration.chatTemplates
        if configuration.addsBegin != nil || configuration.addsEnd != nil {
            // As transformers: explicit flags take the post-processor's place.
            let begin = configuration.addsBegin == true ? beginToken : nil
            let end = configuration.addsEnd == true ? endToken : nil
            postProcessor = PostProcessor(
                pieces: [.ids(begin.map { [$0.id] } ?? []), .text, .ids(end.map { [$0.id] } ?? [])])
        } else {
            postProcessor = try PostProcessor(root.optional("post_processor"))
        }
    }

    /// Puts a tokenizer together from parts that belong to each other.
    init(
        normalizers: [Normalizer], preTokenizers: [PreTokenizer], model: BytePairModel, addedTokens: [AddedToken],
        decoders: DecoderChain, special: SpecialTokens, chatTemplate: String?
    ) {
        let normalize: ([UInt8]) -> [UInt8] = { bytes in
            EncodingWorkspace.withBorrowed { Self.normalize(bytes, normalizers, startsAtOrigin: true, $0).bytes }
        }
        self.normalizers = normalizers
        self.preTokenizers = preTokenizers
        self.model = model
        self.decoders = decoders
        added = AddedVocabulary(addedTokens, normalize: normalize)
        tokens = TokenTable(model.vocabulary, addedTokens, decoders, normalize: normalize)
        beginToken = special.begin
        endToken = special.end
        padToken = special.pad
        chatTemplates = chatTemplate.map { ["default": $0] } ?? [:]
        let begin = special.addsBegin ? special.begin : nil
        let end = special.addsEnd ? special.end : nil
        postProcessor = PostProcessor(
            pieces: [.ids(begin.map { [$0.id] } ?? []), .text, .ids(end.map { [$0.id] } ?? [])])
    }

    /// The tokens around texts.
    struct SpecialTokens {
        var begin: (id: Int32, text: String)?
        var end: (id: Int32, text: String)?
        var pad: (id: Int32, text: String)?
        var addsBegin: Bool
        var addsEnd: Bool
    }

    private static func parse(_ bytes: [UInt8]) throws(TokenizerError) -> ConfigurationNode {
        let file = "tokenizer.json"
        do throws(JSONError) {
            let root = ConfigurationNode(try JSONValue(parsing: bytes), file: file)
            return root
        } catch {
            throw TokenizerError(file: file, field: "", message: "is not valid JSON: \(error)")
        }
    }

    /// The added tokens of tokenizer.json, and those that tokenizer_config.json alone has.
    private static func addedTokens(
        _ root: ConfigurationNode, _ configuration: TokenizerConfiguration, _ vocabulary: Vocabulary
    ) throws(TokenizerError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        var contents = Set<[UInt8]>()
        func add(_ token: AddedToken, _ file: String) throws(TokenizerError) {
            let content = Array(token.content.utf8)
            guard contents.insert(content).inserted else { return }
            if let id = vocabulary.id(of: content), id != token.id {
                throw TokenizerError(
                    file: file, field: "added_tokens",
                    message: "\(token.content.debugDescription) has the id \(token.id), but \(id) in the vocabulary")
            }
            tokens.append(token)
        }
        for node in try root.optional("added_tokens")?.elements() ?? [] {
            try add(AddedToken(node, id: node.required("id").integer()), root.file)
        }
        for token in configuration.addedTokens { try add(token, TokenizerConfiguration.file) }
        return tokens
    }

    private static func specialToken(
        _ text: String?, _ field: String, _ tokens: TokenTable
    ) throws(TokenizerError) -> (id: Int32, text: String)? {
        guard let text else { return nil }
        guard let id = tokens.id(of: text) else {
            throw TokenizerError(
                file: TokenizerConfiguration.file, field: field,
                message: "\(text.debugDescription) is not in the vocabulary of tokenizer.json")
        }
        return (id, text)
    }

    private static func normalize(
        _ bytes: [UInt8], _ normalizers: [Normalizer], startsAtOrigin: Bool, _ workspace: EncodingWorkspace
    ) -> NormalizedText {
        var text = NormalizedText(bytes: bytes, startsAtOrigin: startsAtOrigin)
        for normalizer in normalizers { normalizer.apply(to: &text, workspace.patterns) }
        return text
    }
}

// MARK: - Encoding

extension Tokenizer {
    /// The ids of a text without anything around it: `encode(text, add_special_tokens=False)` of the reference.
    ///
    /// Without `allowingSpecialTokens` the names of special tokens are plain text; other added tokens are recognised.
    package func encode(_ text: String, allowingSpecialTokens: Bool = true) -> [Int32] {
        var ids: [Int32] = []
        let bytes = Array(text.utf8)
        EncodingWorkspace.withBorrowed { workspace in
            for segment in added.segmentsOfOriginal(bytes, allowingSpecialTokens: allowingSpecialTokens) {
                if let id = segment.id {
                    ids.append(id)
                } else {
                    encodeText(bytes, segment.range, allowingSpecialTokens, into: &ids, workspace)
                }
            }
        }
        return ids
    }

    /// The ids of a text with what belongs around it, such as the token that begins texts.
    package func encodeWithSpecialTokens(_ text: String) -> [Int32] {
        postProcessor.apply(to: encode(text))
    }

    private func encodeText(
        _ bytes: [UInt8], _ range: Range<Int>, _ allowingSpecialTokens: Bool, into ids: inout [Int32],
        _ workspace: EncodingWorkspace
    ) {
        if normalizers.isEmpty && !added.hasNormalizedTokens {
            encodePieces(
                PieceList(bytes: bytes, pieces: [range], startsAtOrigin: true), into: &ids, workspace)
            return
        }
        let slice = range == 0..<bytes.count ? bytes : Array(bytes[range])
        let text = Self.normalize(slice, normalizers, startsAtOrigin: range.lowerBound == 0, workspace)
        for segment in added.segmentsOfNormalized(text.bytes, allowingSpecialTokens: allowingSpecialTokens) {
            if let id = segment.id {
                ids.append(id)
            } else {
                let list = PieceList(bytes: text.bytes, pieces: [segment.range], startsAtOrigin: text.startsAtOrigin)
                encodePieces(list, into: &ids, workspace)
            }
        }
    }

    private func encodePieces(_ list: PieceList, into ids: inout [Int32], _ workspace: EncodingWorkspace) {
        var list = list
        list.pieces.removeAll(where: \.isEmpty)
        for step in preTokenizers { step.apply(to: &list, workspace.patterns) }
        for piece in list.pieces { model.encode(list.bytes, piece, into: &ids, &workspace.merges) }
    }
}

// MARK: - Tokens and decoding

extension Tokenizer {
    /// Highest id + 1, added tokens included.
    package var vocabularySize: Int { tokens.size }

    /// A token as the vocabulary writes it; nil for an id without one.
    package func token(for id: Int32) -> String? { tokens.text(of: id) }

    /// What the token adds to a text, as bytes; empty for an id without a token.
    package func bytes(of id: Int32) -> [UInt8] { Array(tokens.output(of: id)) }

    /// The id of a token as the vocabulary writes it.
    package func id(of token: String) -> Int32? { tokens.id(of: token) }

    /// Whether this is an added token with `special: true`.
    package func isSpecial(_ id: Int32) -> Bool { added.tokens[id]?.isSpecial ?? false }

    /// The text of these ids: the reference's `decode`. Ids without a token add nothing.
    package func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        if decoders.joinsBytes {
            var bytes: [UInt8] = []
            for id in ids where !(skippingSpecialTokens && tokens.isSkipped(id)) {
                bytes.append(contentsOf: tokens.output(of: id))
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        var chain = decoders
        var bytes: [UInt8] = []
        for id in ids {
            if let token = decodedToken(id, skippingSpecialTokens: skippingSpecialTokens) {
                bytes += chain.receive(token)
            }
        }
        bytes += chain.finish()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What an id hands to the decoders; nil for one that is skipped or has no token.
    func decodedToken(_ id: Int32, skippingSpecialTokens: Bool) -> ArraySlice<UInt8>? {
        skippingSpecialTokens && tokens.isSkipped(id) ? nil : tokens.decoderInput(of: id)
    }

    /// What an id adds to a text that joins the bytes of its tokens; empty for one that is skipped.
    func joinedBytes(_ id: Int32, skippingSpecialTokens: Bool) -> ArraySlice<UInt8> {
        skippingSpecialTokens && tokens.isSkipped(id) ? [] : tokens.output(of: id)
    }
}
