import Testing

@testable import Engine

struct EngineTests {
    private func engine(
        _ runner: FakeRunner, start: Bool = true, _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) throws -> Engine {
        var configuration = EngineConfiguration()
        change(&configuration)
        let engine = try Engine(runner: runner, configuration: configuration)
        if start { engine.start() }
        return engine
    }

    private func request(_ seed: UInt64 = 1, length: Int = 12, maxTokens: Int = 20) -> GenerationRequest {
        var source = RequestSource(seed: seed)
        var request = GenerationRequest(id: "r\(seed)", prompt: source.prompt(length), maxTokens: maxTokens)
        request.sampling.seed = seed
        return request
    }

    private func outcome(_ generation: Generation, choices: Int = 1) async throws(EngineError) -> Outcome {
        var outcome = Outcome(choices: choices)
        for try await event in generation { outcome.add(event) }
        return outcome
    }

    /// Returns when all of the engine's blocks are free.
    private func waitForIdle(_ engine: Engine) async throws {
        for _ in 0..<2000 {
            let statistics = engine.statistics
            if statistics.usedBlocks == 0, statistics.runningSequences + statistics.waitingSequences == 0 { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("blocks are still held: \(engine.statistics)")
    }

    @Test func `a request's events come in order and end`() async throws {
        let engine = try engine(FakeRunner())
        var kinds: [String] = []
        var wanted = request(maxTokens: 3)
        wanted.promptLogprobs = 1
        wanted.reportsProgress = true
        for try await event in try engine.submit(wanted) {
            switch event {
            case .scheduled(let cached): kinds.append("scheduled \(cached)")
            case .progress(let promptTokens): kinds.append("progress \(promptTokens)")
            case .promptLogprobs(let logprobs): kinds.append("prompt \(logprobs.count)")
            case .token: kinds.append("token")
            case .finished(let choice, let reason): kinds.append("finished \(choice) \(reason)")
            }
        }
        #expect(kinds == ["scheduled 0", "progress 12", "prompt 12", "token", "token", "token", "finished 0 length"])
    }

    @Test(arguments: [(512, 512), (1, 16), (7, 32)], [24, 400])
    func `many clients at once each get what they get alone`(sizes: (chunk: Int, budget: Int), blocks: Int) async throws
    {
        let runner = FakeRunner(blockCount: blocks, blockSize: 4)
        let engine = try engine(runner) {
            ($0.maxPrefillChunk, $0.maxBatchedTokens) = (sizes.chunk, sizes.budget)
        }
        var source = RequestSource(seed: 12)
        let requests = (0..<32).map { _ in source.request() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in requests {
                group.addTask {
                    let outcome = try await self.outcome(engine.submit(request), choices: request.choices)
                    let expected = HashModel.outcome(
                        of: request, distinguishesRoles: true, maxLength: engine.limits.maxLength)
                    #expect(outcome == expected)
                }
            }
            try await group.waitForAll()
        }
        try await waitForIdle(engine)
    }

    @Test func `cancelling ends every choice and frees its blocks`() async throws {
        let engine = try engine(FakeRunner(blockCount: 500))
        var endless = request(maxTokens: 240)
        endless.choices = 3
        let generation = try engine.submit(endless)
        var outcome = Outcome(choices: 3)
        for try await event in generation {
            outcome.add(event)
            if outcome.choices[1].tokens.count == 2 { generation.cancel() }
        }
        #expect(outcome.choices.allSatisfy { $0.reason == .cancelled || $0.reason == .length })
        try await waitForIdle(engine)
    }

    @Test func `cancelling one choice leaves the others as they are`() async throws {
        let runner = FakeRunner()
        let engine = try engine(runner)
        var many = request(maxTokens: 30)
        many.choices = 3
        let generation = try engine.submit(many)
        var outcome = Outcome(choices: 3)
        for try await event in generation {
            outcome.add(event)
            if case .scheduled = event { generation.cancel(choice: 1) }
        }
        let expected = HashModel.outcome(of: many, distinguishesRoles: true)
        #expect(outcome.choices[0] == expected.choices[0])
        #expect(outcome.choices[2] == expected.choices[2])
    }

    @Test(arguments: ["task", "iterator", "generation"])
    func `a consumer that leaves frees everything within a step`(how: String) async throws {
        let runner = FakeRunner(blockCount: 500, contextLength: 1_000)
        runner.hold(afterSteps: 10)
        let engine = try engine(runner)
        switch how {
        case "task":
            let task = Task {
                var outcome = Outcome(choices: 1)
                for try await event in try engine.submit(request(maxTokens: 900)) { outcome.add(event) }
                return outcome
            }
            while runner.steps < 10 { try await Task.sleep(for: .milliseconds(1)) }
            task.cancel()
            #expect(try await task.value.choices[0].reason == nil)
        case "iterator":
            for try await event in try engine.submit(request(maxTokens: 900)) {
                if case .token = event { break }
            }
        default:
            _ = try engine.submit(request(maxTokens: 900))
        }
        runner.release()
        await engine.drain()
        #expect(engine.statistics.usedBlocks == 0)
        #expect(runner.steps <= 11)
    }

    @Test func `after a cancellation at most the step under way still has the request's rows`() async throws {
        let runner = FakeRunner(blockCount: 500, contextLength: 1_000)
        let engine = try engine(runner, start: false)
        let generation = try engine.submit(request(maxTokens: 900))
        runner.onStep { [unowned runner] in if runner.steps == 4 { generation.cancel() } }
        engine.start()
        let outcome = try await outcome(generation)
        #expect(outcome.choices[0].reason == .cancelled)
        await engine.drain()
        #expect(runner.steps == 5)
        #expect(engine.statistics.usedBlocks == 0)
    }

    @Test func `a queued request can be cancelled before it starts`() async throws {
        let engine = try engine(FakeRunner(), start: false)
        let first = try engine.submit(request(1))
        let second = try engine.submit(request(2))
        second.cancel()
        engine.start()
        let outcome = try await outcome(second)
        #expect(outcome.choices[0] == Outcome.Choice(reason: .cancelled))
        #expect(try await self.outcome(first) == HashModel.outcome(of: request(1), distinguishesRoles: true))
    }

    @Test func `a full queue says how long to wait`() async throws {
        let engine = try engine(FakeRunner(), start: false) { ($0.maxSequences, $0.maxWaiting) = (2, 3) }
        var generations: [Generation] = []
        for seed in 0..<5 { generations.append(try engine.submit(request(UInt64(seed)))) }
        #expect(throws: EngineError.queueFull(waiting: 5, retryAfterSeconds: 1)) { try engine.submit(request(9)) }
        #expect(engine.statistics.queuedRequests == 5)
        engine.start()
        for generation in generations { _ = try await outcome(generation) }
        _ = try await outcome(engine.submit(request(9)))
    }

    @Test func `impossible requests are refused with the field's name`() throws {
        let engine = try engine(FakeRunner(contextLength: 32), start: false)
        let changes: [(String, (inout GenerationRequest) -> Void)] = [
            ("prompt", { $0.prompt = [] }), ("prompt", { $0.prompt[3] = 40 }), ("prompt", { $0.prompt[3] = -1 }),
            ("n", { $0.choices = 0 }), ("max_tokens", { $0.maxTokens = 0 }), ("min_tokens", { $0.minTokens = -1 }),
            ("temperature", { $0.sampling.temperature = -1 }), ("temperature", { $0.sampling.temperature = .nan }),
            ("top_p", { $0.sampling.topP = 0 }), ("top_p", { $0.sampling.topP = 1.5 }),
            ("top_k", { $0.sampling.topK = -1 }), ("min_p", { $0.sampling.minP = 2 }),
            ("repetition_penalty", { $0.sampling.repetitionPenalty = 0 }),
            ("presence_penalty", { $0.sampling.presencePenalty = .infinity }),
            ("logit_bias", { $0.sampling.logitBias = [40: 1] }), ("logprobs", { $0.sampling.logprobs = -1 }),
        ]
        for (field, change) in changes {
            var request = request()
            change(&request)
            let error = #expect(throws: EngineError.self) { try engine.submit(request) }
            guard case .invalidRequest(let named, _) = error else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
            #expect(named == field)
        }
        #expect(throws: EngineError.promptTooLong(tokens: 32, limit: 32)) {
            try engine.submit(request(length: 32))
        }
    }

    @Test func `a failed step fails its requests, and the engine goes on`() async throws {
        let runner = FakeRunner()
        runner.fail(step: 3)
        let engine = try engine(runner)
        await #expect(throws: EngineError.runnerFailed("the device is gone")) {
            _ = try await outcome(engine.submit(request(1)))
        }
        try await waitForIdle(engine)
        let again = try await outcome(engine.submit(request(1)))
        #expect(again == HashModel.outcome(of: request(1), distinguishesRoles: true))
    }

    @Test func `draining finishes what was taken and refuses more`() async throws {
        let engine = try engine(FakeRunner())
        let generations = try (0..<6).map { try engine.submit(request(UInt64($0))) }
        await engine.drain()
        #expect(throws: EngineError.shuttingDown) { try engine.submit(request(7)) }
        for (seed, generation) in generations.enumerated() {
            let expected = HashModel.outcome(of: request(UInt64(seed)), distinguishesRoles: true)
            #expect(try await outcome(generation) == expected)
        }
        await engine.drain()
    }

    @Test(arguments: [true, false]) func `shutting down fails what is left`(isStarted: Bool) async throws {
        let engine = try engine(FakeRunner(blockCount: 500, contextLength: 1_000), start: isStarted)
        let generation = try engine.submit(request(maxTokens: 900))
        engine.shutdown()
        await #expect(throws: EngineError.shuttingDown) { _ = try await outcome(generation) }
        #expect(throws: EngineError.shuttingDown) { try engine.submit(request()) }
        await engine.drain()
    }

    @Test func `a dropped engine ends its thread and its requests`() async throws {
        let runner = FakeRunner(blockCount: 500, contextLength: 1_000)
        let generation = try engine(runner).submit(request(maxTokens: 900))
        await #expect(throws: EngineError.shuttingDown) { _ = try await outcome(generation) }
    }

    @Test func `statistics tell tokens, hits and blocks`() async throws {
        let engine = try engine(FakeRunner(blockSize: 4))
        for _ in 0..<2 { _ = try await outcome(engine.submit(request(length: 12, maxTokens: 5))) }
        await engine.drain()
        let statistics = engine.statistics
        #expect(statistics.counters.promptTokens == 24)
        #expect(statistics.counters.generatedTokens == 10)
        #expect(statistics.counters.prefixQueryTokens == 24)
        #expect(statistics.counters.prefixHitTokens == 8)
        #expect(statistics.totalBlocks == 64)
        #expect(statistics.usedBlocks == 0)
        #expect(statistics.counters.steps == 10)
    }

    @Test func `after a reset of the cache a prompt is computed again`() async throws {
        let engine = try engine(FakeRunner(blockSize: 4))
        _ = try await outcome(try engine.submit(request(maxTokens: 1)))
        let forgotten = try #require(await engine.resetPrefixCache())
        #expect(forgotten >= 3)
        _ = try await outcome(try engine.submit(request(maxTokens: 1)))
        #expect(engine.statistics.counters.prefixHitTokens == 0)
        engine.shutdown()
        #expect(await engine.resetPrefixCache() == nil)
    }

    @Test func `a slow consumer gets everything`() async throws {
        let engine = try engine(FakeRunner())
        let generation = try engine.submit(request(maxTokens: 50))
        await engine.drain()
        #expect(
            try await outcome(generation) == HashModel.outcome(of: request(maxTokens: 50), distinguishesRoles: true))
    }

    @Test(
        arguments: [
            (waiting: 100, rate: nil, seconds: 1), (100, 10.0, 5), (100, 0.5, 60), (101, 10, 6), (0, 0.1, 10),
            (1, 0.25, 4),
            (0, 100, 1), (1_000_000, 1e-9, 60),
        ] as [(waiting: Int, rate: Double?, seconds: Int)])
    func `a full queue's wait follows from how many wait and how fast they start`(
        waiting: Int, rate: Double?, seconds: Int
    ) {
        #expect(EngineLoop.retryAfterSeconds(waiting: waiting, startsPerSecond: rate) == seconds)
    }
}
