/// The tokenizer that a GGUF file carries, as it stands there.
package struct GGUFTokenizer: Sendable {
    /// Name of the file, for messages.
    package let file: String
    /// `tokenizer.ggml.pre`: the rules by which text is split.
    package let splitting: String
    /// By id, in GPT-2's alphabet.
    package let tokens: PackedStrings
    /// By id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
    package let types: [Int]
    /// "left right", in the order of their ranks.
    package let merges: PackedStrings
    package let beginToken: Int?
    package let endToken: Int?
    package let padToken: Int?
    package let addsBegin: Bool?
    package let addsEnd: Bool?
    package let chatTemplate: String?

    /// Metadata keys of the tokens that end a completion, the tokenizer's own first.
    static let endKeys = [
        "tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id",
    ]

    /// A tokenizer that a file is to carry.
    package init(
        splitting: String, tokens: PackedStrings, types: [Int], merges: PackedStrings, beginToken: Int?,
        endToken: Int?, padToken: Int?, addsBegin: Bool?, addsEnd: Bool?, chatTemplate: String?, file: String
    ) {
        self.file = file
        self.splitting = splitting
        self.tokens = tokens
        self.types = types
        self.merges = merges
        self.beginToken = beginToken
        self.endToken = endToken
        self.padToken = padToken
        self.addsBegin = addsBegin
        self.addsEnd = addsEnd
        self.chatTemplate = chatTemplate
    }

    /// Nil for a file without a tokenizer. Throws where it is no byte-level BPE or where arrays disagree.
    init?(_ metadata: GGUFMetadata) throws(CheckpointError) {
        let prefix = "tokenizer.ggml"
        guard let model = try metadata.string("\(prefix).model"), model != "none" else { return nil }
        guard model == "gpt2" else {
            throw metadata.unsupported("\(prefix).model", "\"\(model)\"", supported: "gpt2 (byte-level BPE)")
        }
        file = metadata.file
        splitting = try metadata.required("\(prefix).pre", metadata.string("\(prefix).pre"))
        tokens = try metadata.required("\(prefix).tokens", metadata.strings("\(prefix).tokens"))
        types = try metadata.required("\(prefix).token_type", metadata.integers("\(prefix).token_type"))
        merges = try metadata.required("\(prefix).merges", metadata.strings("\(prefix).merges"))
        beginToken = try metadata.integer("\(prefix).bos_token_id")
        endToken = try metadata.integer("\(prefix).eos_token_id")
        padToken = try metadata.integer("\(prefix).padding_token_id")
        addsBegin = try metadata.boolean("\(prefix).add_bos_token")
        addsEnd = try metadata.boolean("\(prefix).add_eos_token")
        chatTemplate = try metadata.string("tokenizer.chat_template")
        guard types.count == tokens.count else {
            throw metadata.invalid(
                "\(prefix).token_type", "has \(types.count) elements, but there are \(tokens.count) tokens")
        }
    }
}
