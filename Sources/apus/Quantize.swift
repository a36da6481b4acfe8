internal import ArgumentParser
internal import Checkpoints
internal import Service

struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a checkpoint as a GGUF file, its weights quantised.",
        discussion: """
            The file carries tokenizer and chat template. It is what llama.cpp's converter and quantiser would make, \
            and llama.cpp runs it too. Types f32, f16 and bf16 change the format alone.
            """)

    @Argument(help: "Hugging Face folder or GGUF file in f32, f16, bf16 or fp8; built-in for the built-in model.")
    var model: String

    @Argument(help: "The GGUF file to write.")
    var output: String

    @Option(help: "Mixture of element types, under llama.cpp's names.")
    var type = QuantizationType.q4_k_m

    @Flag(help: "Overwrite the file if it exists.")
    var force = false

    @Option(help: "Compute threads; one per processor unless given.")
    var threads: Int?

    func validate() throws {
        if let threads { try require(threads, in: 1...1024, "--threads") }
    }

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let line = ProgressLine(label: "Writing")
        var first: (bytes: Int, time: ContinuousClock.Instant)?
        let size = try ModelConversion.write(
            model == "built-in" ? nil : model, as: type, to: output, overwrites: force, threads: threads
        ) { progress in
            // Opening the checkpoint is not counted.
            let (bytes, time) = first ?? (progress.completed, clock.now)
            first = (bytes, time)
            line.show(
                progress.fraction,
                Self.rate(progress, bytes: progress.completed - bytes, seconds: Self.seconds(clock.now - time)))
        }
        line.clear()
        let seconds = Self.seconds(clock.now - start)
        print("\(output): \(HumanReadable.bytes(size)), \(type.rawValue), in \(Self.rounded(seconds)) s")
    }

    /// "1.20 GB of 4.80 GB, 95.0 MB/s, 38 s left".
    private static func rate(_ progress: LoadProgress, bytes: Int, seconds: Double) -> String {
        let sizes = "\(HumanReadable.bytes(progress.completed)) of \(HumanReadable.bytes(progress.total))"
        guard bytes > 0, seconds > 0.1 else { return sizes }
        let rate = Double(bytes) / seconds
        let left = Double(progress.total - progress.completed) / rate
        return "\(sizes), \(HumanReadable.bytes(Int(rate)))/s, \(Int(left.rounded(.up))) s left"
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    private static func rounded(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
