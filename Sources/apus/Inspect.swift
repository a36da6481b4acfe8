internal import ArgumentParser
internal import Checkpoints
internal import JSON
internal import Service

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells what a checkpoint is, what memory it needs and what fits on this machine.")

    @Argument(help: "Hugging Face folder or GGUF file; without it the built-in model.")
    var model: String?

    @Option(help: "Tell what weights take that are quantised while they are read.")
    var quantization: QuantizationType?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let checkpoint = try LoadedModel.checkpoint(model)
        let report = try CheckpointReport(checkpoint, quantization: quantization)
        _ = try LoadedModel.tokenizer(of: checkpoint, checkpoint.configuration())
        print(json ? report.json().serialized(pretty: true) + "\n" : report.text(), terminator: "")
    }
}
