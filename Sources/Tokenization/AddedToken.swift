/// A token that is recognised in the text itself, before the model sees it.
struct AddedToken: Sendable {
    let id: Int32
    let content: String
    /// Matches only where no word character touches it.
    let isSingleWord: Bool
    /// Swallows whitespace on its left.
    let stripsLeft: Bool
    /// Swallows whitespace on its right.
    let stripsRight: Bool
    /// Is looked for in the normalised text, itself normalised.
    let isNormalized: Bool
    /// Is skipped in decoded text, and is plain text where special tokens are not allowed.
    let isSpecial: Bool
}

extension AddedToken {
    /// An element of tokenizer.json's `added_tokens`, or a member of tokenizer_config.json's `added_tokens_decoder`.
    init(_ node: ConfigurationNode, id: Int) throws(TokenizerError) {
        guard let number = Vocabulary.validID(id) else {
            throw node.error("the id \(id) is outside 0...\(Vocabulary.largestID)")
        }
        self.id = number
        content = try node.required("content").string()
        isSpecial = try node.boolean("special", default: false)
        isSingleWord = try node.boolean("single_word", default: false)
        stripsLeft = try node.boolean("lstrip", default: false)
        stripsRight = try node.boolean("rstrip", default: false)
        isNormalized = try node.boolean("normalized", default: !isSpecial)
    }
}
