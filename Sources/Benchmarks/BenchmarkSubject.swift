internal import Checkpoints
internal import Compute
internal import Engine
internal import Models
internal import OpenAI
internal import Service

/// A model with an engine of its own, and the machine's limits that its figures are fractions of.
struct BenchmarkSubject {
    /// How one batch went; times are seconds since its submission.
    struct Batch {
        /// When the last sequence had its first token.
        var prefill = 0.0
        var total = 0.0
        /// Tokens generated until `prefill`, and altogether.
        var tokensInPrefill = 0
        var tokens = 0
    }

    let name: String
    let limits: MachineLimits
    /// Bytes of weights that decoding one token of one sequence reads.
    let weightBytesPerToken: Int
    /// Arithmetic of one prompt token, in operations: two for each weight of the layers; the head is left out, since it
    /// serves a prompt's last token alone.
    let operationsPerPromptToken: Double
    /// Whether the weights are multiplied as 8-bit integers.
    private let isInteger: Bool
    /// Times the stages of steps, if that was asked for.
    let clock: StageClock?
    private let engine: Engine
    private let vocabularySize: Int
    private var generator = SystemRandomNumberGenerator()

    init(_ plan: BenchmarkPlan, batchSize: Int, keepsStageTimes: Bool = false) throws {
        var settings = plan.server
        settings.prefixCaching = false
        settings.maxSequences = batchSize
        settings.maxBatchedTokens = max(settings.maxBatchedTokens, batchSize)
        settings.maxQueuedRequests = 1_000_000
        let progress = ProgressLine(label: "Loading")
        let loaded = try LoadedModel(settings) { progress.show($0.fraction) }
        progress.clear()
        limits = try MachineLimits.measure(threads: loaded.threadCount)
        let report = try CheckpointReport(loaded.checkpoint)
        name = report.name
        weightBytesPerToken = ModelLoader.weightBytesPerToken(
            loaded.checkpoint, configuration: loaded.configuration, quantization: settings.quantization)
        isInteger =
            settings.quantization?.elementType.isBlocked ?? false
            || loaded.checkpoint.tensors.contains(where: \.type.isBlocked)
        let head = loaded.configuration.vocabularySize * loaded.configuration.hiddenSize
        operationsPerPromptToken = 2 * Double(report.activeParameterCount - head)
        vocabularySize = loaded.configuration.vocabularySize
        clock = keepsStageTimes ? loaded.keepStageTimes() : nil
        engine = try loaded.makeEngine(settings)
        guard plan.inputLength + plan.outputLength <= engine.limits.maxLength else {
            throw SettingError(
                "--input-len and --output-len",
                "\(plan.inputLength) + \(plan.outputLength) tokens exceed what a sequence may have, "
                    + "\(engine.limits.maxLength).")
        }
        engine.start()
    }

    /// Runs `count` sequences side by side and waits for all.
    mutating func run(_ plan: BenchmarkPlan, count: Int) async throws -> Batch {
        let prompts = (0..<count).map { _ in
            (0..<plan.inputLength).map { _ in Int32.random(in: 0..<Int32(vocabularySize), using: &generator) }
        }
        let clock = ContinuousClock()
        let start = clock.now
        var generations: [Generation] = []
        for (index, prompt) in prompts.enumerated() {
            var request = GenerationRequest(id: "bench-\(index)", prompt: prompt, maxTokens: plan.outputLength)
            request.sampling.temperature = 0
            generations.append(try engine.submit(request))
        }
        let arrivals = try await withThrowingTaskGroup(of: [Double].self) { group in
            for generation in generations {
                group.addTask(executorPreference: DeliveryThread.shared) {
                    var times: [Double] = []
                    for try await event in generation {
                        if case .token = event { times.append((clock.now - start) / .seconds(1)) }
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let all = arrivals.joined()
        var batch = Batch()
        batch.prefill = arrivals.compactMap(\.first).max() ?? 0
        batch.total = all.max() ?? 0
        batch.tokens = all.count
        batch.tokensInPrefill = all.count { $0 <= batch.prefill }
        return batch
    }

    /// The rates of batches put together, and their fractions of the machine's limits.
    func rates(_ batches: [Batch], _ plan: BenchmarkPlan, count: Int) -> Rates {
        let prefill = batches.reduce(0) { $0 + $1.prefill }
        let decode = batches.reduce(0) { $0 + $1.total - $1.prefill }
        let decoded = batches.reduce(0) { $0 + $1.tokens - $1.tokensInPrefill }
        let prompts = Double(batches.count * count * plan.inputLength)
        var rates = Rates()
        rates.prefillTokensPerSecond = prefill > 0 ? prompts / prefill : 0
        rates.decodeTokensPerSecond = decode > 0 ? Double(decoded) / decode : 0
        let steps = rates.decodeTokensPerSecond / Double(count)
        rates.fractionOfReadBandwidth = steps * Double(weightBytesPerToken) / (limits.readGBPerSecond * 1e9)
        rates.fractionOfArithmeticPeak =
            rates.prefillTokensPerSecond * operationsPerPromptToken / (arithmeticPeak * 1e9)
        return rates
    }

    /// The arithmetic of the products, and its peak in 10^9 operations per second.
    var arithmetic: String { isInteger ? "int8" : "bf16" }
    var arithmeticPeak: Double { isInteger ? limits.int8GOPPerSecond : limits.bf16GOPPerSecond }

    struct Rates {
        /// Prompt tokens over the time until every sequence had its first token.
        var prefillTokensPerSecond = 0.0
        /// All sequences' tokens after that, over the time that they took.
        var decodeTokensPerSecond = 0.0
        /// Steps per second times the weights that one token reads. Sequences of a step share dense weights, but may
        /// read further experts, which are not counted.
        var fractionOfReadBandwidth = 0.0
        var fractionOfArithmeticPeak = 0.0
    }
}
