internal import ArgumentParser
internal import Checkpoints
internal import Service

/// How the commands that run a model compute.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Quantise weights while they are read; they stay as they are unless given.")
    var quantization: QuantizationType?

    @Option(help: "Compute threads; one per processor unless given.")
    var threads: Int?

    func validate() throws {
        if let threads { try require(threads, in: 1...1024, "--threads") }
    }

    func apply(to configuration: inout ServerConfiguration) {
        configuration.quantization = quantization
        configuration.threads = threads
    }
}
