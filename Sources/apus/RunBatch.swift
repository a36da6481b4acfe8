internal import ArgumentParser
internal import Checkpoints
internal import Models
internal import Service

struct RunBatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers a file of requests in OpenAI's batch format.",
        discussion: """
            Each line of IN is an object with custom_id, method, url and body; each line of OUT one with id, custom_id, \
            response and error, in any order. Started again, it answers what has no line in OUT yet.
            """
    )

    @Argument(help: "File with one request a line.")
    var input: String

    @Argument(help: "File that gets one result a line.")
    var output: String

    @Option(help: "Hugging Face folder or GGUF file; without it the built-in model answers.")
    var model: String?

    @Option(name: .customLong("served-model-name"), help: "Name that requests may use for the model; repeatable.")
    var servedModelName: [ServedModelName] = []

    @Option(help: "Longest prompt plus answer in tokens, such as 8192 or 32k.")
    var maxModelLen: TokenCount?

    @OptionGroup var compute: ComputeOptions

    @Option(help: "Sequences computed together.")
    var maxNumSeqs = 64

    @OptionGroup var batching: BatchingOptions

    @Option(help: "Jinja chat template, or the path of a file with one.")
    var chatTemplate: String?

    @Option(help: "Seed of requests that name none.")
    var seed: UInt64?

    func validate() throws {
        try require(maxNumSeqs, in: 1...65536, "--max-num-seqs")
        guard input != output else { throw ValidationError("IN and OUT must be two files.") }
    }

    func run() async throws {
        var configuration = ServerConfiguration()
        configuration.model = model
        configuration.servedModelNames = servedModelName
        configuration.maxModelLength = maxModelLen?.count
        compute.apply(to: &configuration)
        batching.apply(to: &configuration)
        configuration.maxSequences = maxNumSeqs
        configuration.chatTemplate = chatTemplate
        configuration.seed = seed
        let summary = try await BatchRun(configuration).run(input: input, output: output)
        let before = summary.earlier > 0 ? ", \(summary.earlier) were there before" : ""
        print("\(summary.succeeded) answered, \(summary.failed) failed\(before): \(output)")
    }
}
