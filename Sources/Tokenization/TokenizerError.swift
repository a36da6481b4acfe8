/// Why a tokenizer cannot be loaded: the file, the field inside it, and what to do.
package struct TokenizerError: Error, CustomStringConvertible, Equatable {
    /// `tokenizer.json`, `tokenizer_config.json`, or a GGUF file.
    package let file: String
    /// The path of the field, such as `pre_tokenizer.pretokenizers[0].type`; empty for the document itself.
    package let field: String
    package let message: String

    package init(file: String, field: String, message: String) {
        self.file = file
        self.field = field
        self.message = message
    }

    package var description: String {
        field.isEmpty ? "\(file): \(message)" : "\(file): \(field): \(message)"
    }
}
