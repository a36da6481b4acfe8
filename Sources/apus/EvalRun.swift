internal import ArgumentParser
internal import Evaluation
internal import JSON

struct EvalRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Asks, grades and reports; started again with the same --out, it goes on.")

    @Argument(help: "Benchmarks with commas between: aime, math, …; `apus eval list` names them.")
    var benchmark: String

    @Argument(help: "Hugging Face folder or GGUF file; without it and --url the built-in model is asked.")
    var model: String?

    @Option(help: "File of questions, or folder with a file for each benchmark; or NAME=FILE, repeatable.")
    var data: [String] = []

    @Option(
        name: [.short, .long, .customLong("k")], help: "Answers to each question; the preset's number unless given.")
    var samples: Int?

    @Option(
        help: "Samples as in DeepSeek's paper (card), 64 everywhere (card-strict), or few of 100 questions (quick).")
    var preset = RunOptions.Preset.card

    @Option(help: "Most questions of each benchmark: the same ones every time, spread over the data.")
    var limit: Int?

    @Option(help: "Ids of the only questions to ask, with commas between.")
    var questions: String?

    @Option(help: "Most tokens of an answer, reasoning included, such as 32k.")
    var maxTokens: TokenCount?

    @Option(help: "Temperature.")
    var temperature = 0.6

    @Option(help: "Share of the likeliest tokens that are drawn from.")
    var topP = 0.95

    @Option(help: "System prompt; the model card advises against one.")
    var system: String?

    @Flag(help: "Have the model answer without reasoning.")
    var noThink = false

    @Option(help: "Seed that every sample's own is derived from.")
    var seed: UInt64 = 0

    @Option(help: "Folder of the run; named by benchmark and model unless given.")
    var out: String?

    @OptionGroup var server: EvalModelOptions

    @OptionGroup var judge: EvalJudgeOptions

    @OptionGroup var conduct: EvalConductOptions

    @OptionGroup var output: EvalReportOptions

    func validate() throws {
        if let samples { try require(samples, in: 1...100_000, "--samples") }
        if let limit { try require(limit, in: 1...10_000_000, "--limit") }
        guard 0...2 ~= temperature else {
            throw ValidationError("--temperature must be from 0 to 2, not \(temperature).")
        }
        guard 0...1 ~= topP, topP > 0 else {
            throw ValidationError("--top-p must be above 0 and at most 1, not \(topP).")
        }
        guard seed <= UInt64(Int64.max) else { throw ValidationError("--seed must be below 2^63.") }
    }

    func run() async throws {
        let catalog = try judge.catalog()
        var options = RunOptions(benchmarks: benchmark.split(separator: ",").map(String.init))
        options.data = data
        options.preset = preset
        options.samples = samples
        options.limit = limit
        options.questions = questions?.split(separator: ",").map(String.init) ?? []
        options.seed = seed
        let parts = try options.parts(catalog)
        var sampling = SamplingSettings()
        sampling.temperature = temperature
        sampling.topP = topP
        sampling.maxTokens = maxTokens?.count ?? sampling.maxTokens
        sampling.systemPrompt = system
        sampling.skipsThinking = noThink
        let plan = RunPlan(parts: parts.map(\.part), seed: seed, sampling: sampling)
        try await EvalConduct(options: conduct, output: output, catalog: catalog, model: server).run(
            plan, entries: parts.map(\.manifest), path: model, folder: out)
    }
}

struct EvalResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Goes on with a run from its folder alone, at the same model.")

    @Argument(help: "Folder of the run.")
    var path: String

    @OptionGroup var server: EvalModelOptions

    @OptionGroup var judge: EvalJudgeOptions

    @OptionGroup var conduct: EvalConductOptions

    @OptionGroup var output: EvalReportOptions

    func run() async throws {
        let folder = RunFolder(path)
        let catalog = try judge.catalog()
        let manifest = try folder.manifest()
        let questions = try folder.readQuestions()
        let parts = try manifest.parts.map { entry in
            RunPlan.Part(
                benchmark: try catalog.benchmark(entry.benchmark), questions: questions[entry.benchmark] ?? [],
                samples: entry.samples)
        }
        let plan = RunPlan(parts: parts, seed: manifest.seed, sampling: manifest.sampling)
        try await EvalConduct(options: conduct, output: output, catalog: catalog, model: server.completed(by: manifest))
            .run(plan, entries: manifest.parts, path: manifest.server["path"]?.stringValue, folder: path)
    }
}
