import Checkpoints
import Compute
import Models
import Testing

/// The tiny checkpoints and what transformers computes for them in float32.
enum Fixture: String, CaseIterable, CustomTestStringConvertible {
    case qwen2 = "tiny-qwen2"
    case llama = "tiny-llama"
    case deepseekV3 = "tiny-deepseek-v3"
    case deepseekV3FP8 = "tiny-deepseek-v3-fp8"

    var testDescription: String { rawValue }

    /// Largest allowed difference of a logit from the reference.
    var tolerance: Float { self == .deepseekV3FP8 ? 5e-3 : 2e-3 }

    private var folder: String {
        let file = #filePath
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex) + "/Fixtures/" + rawValue
    }

    func checkpoint() throws -> Checkpoint { try Checkpoint(directory: folder, requiresTokenizer: false) }

    func goldens() throws -> GoldenFile { try GoldenFile(path: folder + "/goldens.safetensors") }

    func model(
        threads: Int = 2, keyValueType: KeyValueType = .auto, quantization: QuantizationType? = nil,
        instructionSet: InstructionSet? = nil
    ) throws -> any LanguageModel {
        let checkpoint = try checkpoint()
        return try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(
                processor: Processor(threads: threads, instructionSet: instructionSet), keyValueType: keyValueType,
                quantization: quantization))
    }
}
