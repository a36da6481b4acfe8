/// The kind of file that holds a checkpoint's weights; it decides what messages call things and which types there are.
enum WeightContainer: Sendable {
    /// Hugging Face's folder.
    case safetensors
    case gguf

    /// What the user finds in the file under Hugging Face's name.
    func tensorName(_ name: String) -> String {
        self == .gguf ? GGUFTensorNames.inFile(name) : name
    }

    /// Where a model's configuration stands.
    var configurationName: String {
        switch self {
        case .safetensors: "config.json"
        case .gguf: "the file's metadata"
        }
    }
}
