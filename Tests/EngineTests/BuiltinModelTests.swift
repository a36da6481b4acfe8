import Checkpoints
import Compute
import Engine
import Models
import Testing

/// The first law with the real thing: the built-in model, its cache and the sampler behind the engine.
struct BuiltinModelTests {
    private static let blockSize = 16

    private func engine(
        threads: Int, blockCount: Int = 256, isStarted: Bool = true,
        _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) throws -> Engine {
        let checkpoint = try Checkpoint.builtin()
        let processor = try Processor(threads: threads)
        let model = try ModelLoader.load(
            checkpoint, configuration: try checkpoint.configuration(), options: ModelOptions(processor: processor))
        let runner = try CPURunner(
            model: model, blockCount: blockCount, blockSize: Self.blockSize, workers: processor.workers)
        var configuration = EngineConfiguration()
        change(&configuration)
        let engine = try Engine(runner: runner, configuration: configuration)
        if isStarted { engine.start() }
        return engine
    }

    /// Prompts around block and chunk borders, greedy and drawn, with choices, penalties and log-probabilities.
    private var subjects: [GenerationRequest] {
        var source = RequestSource(seed: 5)
        let lengths = [3, 16, 31, 75]
        return lengths.enumerated().map { index, length in
            var request = GenerationRequest(id: "subject", prompt: source.prompt(length), maxTokens: 24)
            request.sampling.seed = UInt64(index)
            request.sampling.temperature = index == 0 ? 0 : 0.8
            request.sampling.topP = 0.95
            request.choices = index == 2 ? 3 : 1
            request.sampling.repetitionPenalty = index == 1 ? 1.2 : 1
            request.sampling.logprobs = 3
            request.promptLogprobs = index == 3 ? 1 : nil
            return request
        }
    }

    private func outcome(_ request: GenerationRequest, _ engine: Engine) async throws -> Outcome {
        try await outcome(request, try engine.submit(request))
    }

    private func outcome(_ request: GenerationRequest, _ generation: Generation) async throws -> Outcome {
        var outcome = Outcome(choices: request.choices)
        for try await event in generation { outcome.add(event) }
        return outcome
    }

    private func alone() async throws -> [Outcome] {
        let engine = try engine(threads: 1) { $0.prefixCaching = false }
        var outcomes: [Outcome] = []
        for subject in subjects { outcomes.append(try await outcome(subject, engine)) }
        return outcomes
    }

    @Test func `a cold and a warm cache, any chunks and threads give the same bytes`() async throws {
        let expected = try await alone()
        for threads in [1, 2] {
            for chunk in [1, 7, 512] {
                let engine = try engine(threads: threads) { $0.maxPrefillChunk = chunk }
                for pass in ["cold", "warm"] {
                    for (subject, outcome) in zip(subjects, expected) {
                        let got = try await self.outcome(subject, engine)
                        #expect(got == outcome, "\(threads) threads, chunks of \(chunk), \(pass)")
                    }
                }
                #expect(engine.statistics.counters.prefixHitTokens > 0)
            }
        }
    }

    @Test(arguments: [(threads: 1, chunk: 7, blocks: 256), (threads: 2, chunk: 512, blocks: 14)])
    func `among sixteen others, and with preemption, a request gets the same bytes`(
        setup: (threads: Int, chunk: Int, blocks: Int)
    ) async throws {
        let expected = try await alone()
        let engine = try engine(threads: setup.threads, blockCount: setup.blocks, isStarted: false) {
            ($0.maxPrefillChunk, $0.maxBatchedTokens) = (setup.chunk, 64)
        }
        // All wait before the first step, so that the pool is short in every run.
        let others = try (0..<16).map { seed in
            var source = RequestSource(seed: UInt64(seed))
            var other = GenerationRequest(id: "other", prompt: source.prompt(1 + source.next(60)), maxTokens: 30)
            other.sampling.seed = UInt64(seed)
            return try engine.submit(other)
        }
        let generations = try subjects.map { try engine.submit($0) }
        engine.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, other) in others.enumerated() {
                group.addTask {
                    var tokens = 0
                    // Every third one leaves early.
                    for try await event in other {
                        if case .token = event { tokens += 1 }
                        if index % 3 == 0, tokens == 10 { break }
                    }
                }
            }
            for ((subject, generation), outcome) in zip(zip(subjects, generations), expected) {
                group.addTask {
                    let got = try await self.outcome(subject, generation)
                    #expect(got == outcome)
                }
            }
            try await group.waitForAll()
        }
        await engine.drain()
        #expect(engine.statistics.usedBlocks == 0)
        #expect(setup.blocks > 100 || engine.statistics.counters.preemptions > 0)
    }

    @Test(arguments: [1, 2]) func `forced tokens in one step give what they give one by one`(threads: Int) async throws
    {
        var source = RequestSource(seed: 8)
        var request = GenerationRequest(id: "subject", prompt: source.prompt(21), maxTokens: 60)
        request.choices = 3
        request.sampling.temperature = 0.9
        var guidance = Guidance()
        guidance.reasoning = ReasoningGuide(
            start: .reasoning, open: .token(300), close: .token(301), closing: source.prompt(12) + [301],
            bytes: { _ in [] })
        guidance.reasoning?.budget = 7
        request.guidance = guidance
        let engine = try engine(threads: threads)
        let together = try await outcome(request, engine)
        request.sampling.logprobs = 0
        let oneByOne = try await outcome(request, engine)
        #expect(together.choices.map(\.tokens) == oneByOne.choices.map(\.tokens))
        for choice in together.choices {
            #expect(Array(choice.tokens[7..<20]) == guidance.reasoning?.closing)
            #expect(choice.tokens.count == 60)
        }
    }
}
