import Checkpoints
import Tokenization

extension Tokenizer {
    /// The tokenizer of a checkpoint: its tokenizer.json, or what its GGUF file lists.
    convenience init(_ checkpoint: Checkpoint) throws(TokenizerError) {
        guard let listed = checkpoint.ggufTokenizer else {
            try self.init(tokenizerJSON: checkpoint.tokenizerJSON, configuration: checkpoint.tokenizerConfig)
            return
        }
        try self.init(
            VocabularyListing(
                file: listed.file, splitting: listed.splitting, tokens: listed.tokens, types: listed.types,
                merges: listed.merges, beginToken: listed.beginToken, endToken: listed.endToken,
                padToken: listed.padToken, addsBegin: listed.addsBegin, addsEnd: listed.addsEnd,
                chatTemplate: listed.chatTemplate))
    }
}
