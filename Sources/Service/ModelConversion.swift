package import Checkpoints
internal import Compute
internal import Models
internal import Tokenization

/// Turns a checkpoint into a GGUF file with its tokenizer and template: `apus quantize`.
package enum ModelConversion {
    /// Returns the file's size in bytes.
    ///
    /// - Parameters:
    ///   - model: a folder or a GGUF file; nil for the built-in model.
    ///   - threads: one per processor for nil.
    package static func write(
        _ model: String?, as type: QuantizationType, to path: String, overwrites: Bool, threads: Int?,
        progress: LoadProgress.Handler?
    ) throws -> Int {
        let checkpoint = try LoadedModel.checkpoint(model)
        let configuration = try checkpoint.configuration()
        let tokenizer = try LoadedModel.tokenizer(of: checkpoint, configuration)
        let listed =
            checkpoint.ggufTokenizer == nil
            ? try listing(tokenizer, checkpoint, vocabularySize: configuration.vocabularySize) : nil
        return try GGUFConversion.write(
            checkpoint, tokenizer: listed, as: type, to: path, overwrites: overwrites,
            processor: Processor(threads: threads ?? Processor.usableThreads), progress: progress)
    }

    private static func listing(
        _ tokenizer: Tokenizer, _ checkpoint: Checkpoint, vocabularySize: Int
    ) throws(CheckpointError) -> GGUFTokenizer {
        do throws(TokenizerError) {
            let listing = try tokenizer.listing(count: vocabularySize, chatTemplate: checkpoint.chatTemplate)
            return GGUFTokenizer(
                splitting: listing.splitting, tokens: PackedStrings(listing.tokens), types: listing.types,
                merges: PackedStrings(listing.merges), beginToken: listing.beginToken, endToken: listing.endToken,
                padToken: listing.padToken, addsBegin: listing.addsBegin, addsEnd: listing.addsEnd,
                chatTemplate: listing.chatTemplate, file: listing.file)
        } catch {
            throw CheckpointError(
                file: error.file, problem: "\(error.field) \(error.message)", remedy: "Serve the folder as it is.")
        }
    }
}
