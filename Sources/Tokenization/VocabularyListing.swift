/// A tokenizer as GGUF files hold it: tokens by id, merges by rank, and the name of the rules that split text.
package struct VocabularyListing<Strings: RandomAccessCollection>
where Strings.Element == ArraySlice<UInt8>, Strings.Index == Int {
    /// Of the file, for messages.
    package var file: String
    /// `tokenizer.ggml.pre`.
    package var splitting: String
    /// In GPT-2's alphabet; those that are no part of the model as they appear in text.
    package var tokens: Strings
    /// ggml's kind of each token.
    package var types: [Int]
    /// "left right".
    package var merges: Strings
    package var beginToken: Int?
    package var endToken: Int?
    package var padToken: Int?
    /// Nil: as the family has it.
    package var addsBegin: Bool?
    package var addsEnd: Bool?
    package var chatTemplate: String?

    package init(
        file: String, splitting: String, tokens: Strings, types: [Int], merges: Strings, beginToken: Int? = nil,
        endToken: Int? = nil, padToken: Int? = nil, addsBegin: Bool? = nil, addsEnd: Bool? = nil,
        chatTemplate: String? = nil
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
}
