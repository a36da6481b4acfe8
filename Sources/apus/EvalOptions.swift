internal import ArgumentParser
internal import Checkpoints
internal import Evaluation
internal import FoundationEssentials
internal import JSON
internal import Models
internal import Service

/// Who answers, for the commands that ask a model.
struct EvalModelOptions: ParsableArguments {
    @Option(help: "Server to ask, of OpenAI's chat completions, such as http://127.0.0.1:8000; in place of MODEL.")
    var url: String?

    @Option(name: .customLong("model"), help: "Model name to ask for; the server's first unless given.")
    var modelName: String?

    @Option(help: "Key to send; APUS_API_KEY or OPENAI_API_KEY unless given.")
    var apiKey: String?

    @Option(help: "Requests under way at once; as many as the server computes together unless given.")
    var concurrency: Int?

    @Option(help: "Longest prompt plus answer in tokens, such as 8192 or 32k, of a MODEL.")
    var maxModelLen: TokenCount?

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var batching: BatchingOptions

    func validate() throws {
        if let concurrency { try require(concurrency, in: 1...65536, "--concurrency") }
    }

    /// With what the manifest says of the model where nothing else was given.
    func completed(by manifest: RunManifest) -> EvalModelOptions {
        var result = self
        result.url = url ?? manifest.server["url"]?.stringValue
        result.modelName = modelName ?? manifest.model
        let told = manifest.server
        result.compute.quantization =
            compute.quantization ?? told["quantization"]?.stringValue.flatMap(QuantizationType.init(argument:))
        if batching.kvCacheDtype == .auto, let type = told["kv_cache_dtype"]?.stringValue {
            result.batching.kvCacheDtype = KeyValueType(argument: type) ?? .auto
        }
        result.maxModelLen =
            maxModelLen ?? told["context_length"]?.intValue.flatMap { TokenCount(argument: String($0)) }
        return result
    }

    /// Calls `body` with the server, after starting one for the model at `path`, or the built-in one, without --url.
    func withServer(
        path: String?, _ body: (ChatServer, EvalOrigin) async throws -> Void
    ) async throws {
        if let url {
            guard path == nil else { throw ValidationError("Give a MODEL or --url, not both.") }
            guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
                throw ValidationError("--url must begin with http:// or https://, not \(url).")
            }
            let server = ChatServer(url: url, model: modelName ?? "", apiKey: clientKey(apiKey))
            defer { server.close() }
            return try await body(server, EvalOrigin(url: server.url))
        }
        var configuration = ServerConfiguration()
        configuration.model = path
        configuration.maxModelLength = maxModelLen?.count
        compute.apply(to: &configuration)
        batching.apply(to: &configuration)
        if let concurrency { configuration.maxSequences = concurrency }
        let origin = EvalOrigin(configuration)
        try await configuration.servingPrivately { url, key in
            let server = ChatServer(url: url, model: modelName ?? "", apiKey: key)
            defer { server.close() }
            try await body(server, origin)
        }
    }
}

/// How a run that goes on for long is told of, limited and concluded.
struct EvalConductOptions: ParsableArguments {
    @Option(help: "Generated tokens after which the run ends with a partial report, such as 500k or 5M.")
    var budgetTokens: EvalBudget?

    @Option(help: "Time after which the run ends with a partial report, such as 90s, 30m or 8h.")
    var budgetTime: EvalTime?

    @Option(help: "Exit with 4 where a score in percent is below this by more than its error.")
    var minScore: Double?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Start long runs without asking.")
    var yes = false
}

/// Who judges, and what grading may do.
struct EvalJudgeOptions: ParsableArguments {
    @Option(help: "Model that judges answers where words decide, as URL#MODEL; its key is in APUS_JUDGE_API_KEY.")
    var judge: String?

    @Flag(help: "Run the Python that the model writes, confined by namespaces and limits; for livecodebench.")
    var allowCodeExecution = false

    @Option(help: "First day of the contests of livecodebench.")
    var lcbStart = "2024-08-01"

    @Option(help: "Last day of the contests of livecodebench.")
    var lcbEnd = "2025-01-31"

    func validate() throws {
        for (name, day) in [("--lcb-start", lcbStart), ("--lcb-end", lcbEnd)] {
            guard day.wholeMatch(of: #/\d{4}-\d{2}-\d{2}/#) != nil else {
                throw ValidationError("\(name) must be a day such as 2024-08-01, not \(day).")
            }
        }
        guard lcbStart <= lcbEnd else { throw ValidationError("--lcb-start must not be after --lcb-end.") }
    }

    func catalog() throws -> BenchmarkCatalog {
        var catalog = BenchmarkCatalog()
        catalog.contests = (lcbStart, lcbEnd)
        if allowCodeExecution { catalog.sandbox = try PythonSandbox() }
        if let judge {
            let key = ProcessInfo.processInfo.environment["APUS_JUDGE_API_KEY"]
            guard let server = ServerJudge(judge, apiKey: key) else {
                throw ValidationError("--judge must be URL#MODEL, such as https://api.deepseek.com#deepseek-chat.")
            }
            catalog.judge = server
        }
        return catalog
    }
}

/// A number of tokens in decimal units: `5M`, `500k`.
struct EvalBudget: ExpressibleByArgument {
    var tokens: Int

    init?(argument: String) {
        let factors: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9]
        let factor = argument.last.flatMap { factors[Character($0.lowercased())] }
        guard let value = Double(factor == nil ? argument : String(argument.dropLast())), value > 0, value < 1e9 else {
            return nil
        }
        tokens = Int(value * (factor ?? 1))
    }
}

/// A time with its unit: `90s`, `30m`, `8h`; without one, seconds.
struct EvalTime: ExpressibleByArgument {
    var duration: Duration

    init?(argument: String) {
        let factors: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let factor = argument.last.flatMap { factors[$0] }
        guard let value = Double(factor == nil ? argument : String(argument.dropLast())), value > 0, value < 1e7 else {
            return nil
        }
        duration = .seconds(value * (factor ?? 1))
    }
}

extension RunOptions.Preset: ExpressibleByArgument {}
