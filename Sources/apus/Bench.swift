internal import ArgumentParser
internal import Benchmarks
internal import Checkpoints
internal import Compute
internal import Glibc
internal import JSON
internal import Models
internal import Service

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a model's speed, beside this machine's limits.",
        subcommands: [
            BenchLatency.self, BenchThroughput.self, BenchServe.self, BenchKernels.self, BenchAttention.self,
        ]
    )
}

/// What every benchmark takes.
struct BenchOptions: ParsableArguments {
    @Argument(help: "Hugging Face folder or GGUF file; without it the built-in model is measured.")
    var model: String?

    @Option(help: "Tokens of each prompt.")
    var inputLen = 128

    @Option(help: "Tokens generated for each prompt.")
    var outputLen = 128

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var batching: BatchingOptions

    @Option(name: .customLong("json"), help: "File to write the figures to.")
    var jsonFile: String?

    func validate() throws {
        try require(inputLen, in: 1...1_000_000, "--input-len")
        try require(outputLen, in: 1...1_000_000, "--output-len")
    }

    var server: ServerConfiguration {
        var result = ServerConfiguration()
        result.model = model
        compute.apply(to: &result)
        batching.apply(to: &result)
        return result
    }

    var plan: BenchmarkPlan {
        BenchmarkPlan(server: server, inputLength: inputLen, outputLength: outputLen)
    }

    func publish(_ report: BenchmarkReport) throws { try report.publish(to: jsonFile) }
}

extension BenchmarkReport {
    /// Prints the text and writes the figures to a file, if one is named.
    fileprivate func publish(to jsonFile: String?) throws {
        print(text, terminator: "")
        guard let jsonFile else { return }
        let text = JSONValue.object(figures).serialized(pretty: true) + "\n"
        guard let file = fopen(jsonFile, "w"), fputs(text, file) >= 0, fclose(file) == 0 else {
            throw SettingError("--json", "\(jsonFile) cannot be written. Name a file in a folder that is writable.")
        }
    }
}

struct BenchLatency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "The time of one batch, from its submission to its last token.")

    @OptionGroup var options: BenchOptions

    @Option(name: [.customLong("batch-size"), .customLong("max-concurrency")], help: "Sequences computed together.")
    var batchSize = 1

    @Option(name: [.customLong("num-iters"), .customLong("num-prompts")], help: "Batches measured.")
    var numIters = 3

    @Option(help: "Batches run before that.")
    var numItersWarmup = 1

    @Flag(help: "Tell how the time divides into projections, attention, experts, head, sampling and waiting.")
    var breakdown = false

    func validate() throws {
        try require(batchSize, in: 1...65536, "--batch-size")
        try require(numIters, in: 1...100_000, "--num-iters")
        try require(numItersWarmup, in: 0...100_000, "--num-iters-warmup")
    }

    func run() async throws {
        try options.publish(
            try await LatencyBenchmark.run(
                options.plan, batchSize: batchSize, warmups: numItersWarmup, iterations: numIters, breakdown: breakdown)
        )
    }
}

struct BenchThroughput: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput", abstract: "Requests submitted all at once, without HTTP.")

    @OptionGroup var options: BenchOptions

    @Option(name: [.customLong("batch-size"), .customLong("max-concurrency")], help: "Sequences computed together.")
    var batchSize = 16

    @Option(help: "Requests submitted.")
    var numPrompts = 32

    func validate() throws {
        try require(batchSize, in: 1...65536, "--batch-size")
        try require(numPrompts, in: 1...1_000_000, "--num-prompts")
    }

    func run() async throws {
        try options.publish(
            try await ThroughputBenchmark.run(options.plan, batchSize: batchSize, prompts: numPrompts))
    }
}

struct BenchKernels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels", abstract: "The products of every weight format, as fractions of the machine's limits.")

    @Option(help: "Compute threads; one per processor unless given.")
    var threads: Int?

    @Option(name: .customLong("json"), help: "File to write the figures to.")
    var jsonFile: String?

    func validate() throws {
        if let threads { try require(threads, in: 1...1024, "--threads") }
    }

    func run() throws {
        try KernelBenchmark.run(threads: threads ?? Processor.usableThreads).publish(to: jsonFile)
    }
}

struct BenchServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Streaming clients over HTTP.",
        discussion: "With --base-url a running server is measured, without it one that is started for the purpose.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Server to measure, such as http://127.0.0.1:8000.")
    var baseUrl: String?

    @Option(help: "Model name to ask for; the server's first unless given.")
    var servedModelName: String?

    @Option(help: "Key to send.")
    var apiKey: String?

    @Option(help: "Requests sent.")
    var numPrompts = 64

    @Option(name: [.customLong("max-concurrency"), .customLong("batch-size")], help: "Requests under way at once.")
    var maxConcurrency = 16

    func validate() throws {
        try require(numPrompts, in: 1...1_000_000, "--num-prompts")
        try require(maxConcurrency, in: 1...65536, "--max-concurrency")
    }

    func run() async throws {
        if let baseUrl {
            let url = baseUrl.hasSuffix("/") ? String(baseUrl.dropLast()) : baseUrl
            try options.publish(try await benchmark(url, key: apiKey).run())
        } else {
            var server = options.server
            server.maxSequences = maxConcurrency
            server.maxQueuedRequests = numPrompts
            try options.publish(try await server.servingPrivately { try await benchmark($0, key: $1).run() })
        }
    }

    private func benchmark(_ url: String, key: String?) -> ServingBenchmark {
        var benchmark = ServingBenchmark(
            url: url, inputLength: options.inputLen, outputLength: options.outputLen, prompts: numPrompts,
            concurrency: maxConcurrency)
        benchmark.model = servedModelName
        benchmark.apiKey = key
        return benchmark
    }
}

struct BenchAttention: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attention", abstract: "Attention alone, in the shapes of two models, beside its limit.")

    @Option(help: "Compute threads.")
    var threads = 1

    @Option(name: .customLong("json"), help: "File to write the figures to.")
    var jsonFile: String?

    func validate() throws { try require(threads, in: 1...1024, "--threads") }

    func run() throws { try AttentionBenchmark.run(threads: threads).publish(to: jsonFile) }
}
