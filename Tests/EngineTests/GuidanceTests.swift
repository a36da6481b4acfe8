import Engine
import Grammar
import Testing

/// Guided requests in the engine: what is generated, how it ends, and in how many steps.
struct GuidanceTests {
    private func request(
        _ seed: UInt64 = 1, maxTokens: Int = 40, _ change: (inout Guidance) -> Void = { _ in }
    ) -> GenerationRequest {
        var source = RequestSource(seed: seed)
        var request = GenerationRequest(id: "r", prompt: source.prompt(9), maxTokens: maxTokens)
        request.sampling.seed = seed
        var guidance = Guidance()
        change(&guidance)
        request.guidance = guidance
        return request
    }

    @Test func `every choice keeps to the grammar and ends with it`() throws {
        var request = request { $0.answer = TextModel.answer(.regex("(ab|c)d{2,4}e")) }
        request.choices = 8
        let outcome = SchedulerBench(FakeRunner()).result(of: request)
        for choice in outcome.choices {
            let text = TextModel.text(choice.tokens)
            #expect(text.wholeMatch(of: /(ab|c)d{2,4}e/) != nil, "\(text)")
            #expect(choice.reason == .grammar)
        }
        #expect(Set(outcome.choices.map(\.tokens)).count > 2)
    }

    @Test(arguments: [true, false])
    func `an answer that may go on ends with the end token`(ignoresEnd: Bool) {
        var request = request { $0.answer = TextModel.answer(.regex("a+")) }
        if !ignoresEnd { request.stopTokens = [TextModel.end] }
        let choice = SchedulerBench(FakeRunner()).result(of: request).choices[0]
        #expect(choice.reason == (ignoresEnd ? .grammar : .stopToken(TextModel.end)))
        #expect(choice.tokens.dropLast().allSatisfy { $0 == 0 } && choice.tokens.last == TextModel.end)
    }

    @Test func `an answer that is cut off ends by its length`() {
        let choice = SchedulerBench(FakeRunner()).result(
            of: request(maxTokens: 3) { $0.answer = TextModel.answer(.regex("a{9}")) }
        ).choices[0]
        #expect(choice.tokens == [0, 0, 0] && choice.reason == .length)
    }

    @Test(arguments: [0, 4]) func `forced tokens share a step unless their logits are wanted`(budget: Int) {
        for logprobs in [nil, 1] {
            var request = request(maxTokens: budget + 5) {
                $0.reasoning = TextModel.reasoning(.reasoning, budget: budget)
                // Nothing that closes or ends a character by chance.
                var allowed = TokenMask(size: 40)
                for token in Int32(0)..<6 { allowed.insert(token) }
                $0.allowedTokens = allowed
            }
            request.sampling.logprobs = logprobs
            let bench = SchedulerBench(FakeRunner())
            let outcome = bench.result(of: request)
            #expect(outcome == HashModel.outcome(of: request, distinguishesRoles: true))
            #expect(outcome.choices[0].tokens[budget + 1] == TextModel.closeTag)
            // The three closing tokens come at once with the token before them, or in the step of their first one.
            let saved = logprobs != nil ? 0 : budget == 0 ? 2 : 3
            #expect(bench.runner.steps == budget + 5 - saved)
        }
    }

    @Test func `a loop ends its choice and says so`() {
        var request = request { $0.repetition = RepetitionLimits(maxPatternSize: 2, minCount: 3) }
        request.sampling.logitBias = [:]
        var allowed = TokenMask(size: 40)
        allowed.insert(3)
        request.guidance?.allowedTokens = allowed
        let choice = SchedulerBench(FakeRunner()).result(of: request).choices[0]
        #expect(choice.tokens == [3, 3, 3] && choice.reason == .repetition)
    }

    @Test(arguments: [0, 5]) func `a mask that takes long keeps its own sequence waiting and no other`(steps: Int) {
        let guided = request(6) { $0.answer = TextModel.answer(.regex("[a-e]{3}-[0-9]{\(3 + steps)}[b-f]")) }
        let free = request(7, maxTokens: 60)
        let bench = SchedulerBench(FakeRunner(blockCount: 40, blockSize: 4), maskSteps: steps)
        let numbers = [bench.add(guided), bench.add(free)]
        var hasWaited = false
        for step in 1...60 {
            bench.step()
            #expect(bench.outcomes[numbers[1]]?.choices[0].tokens.count == step)
            hasWaited = hasWaited || bench.scheduler.awaitsMasks
        }
        bench.runToEnd()
        #expect(hasWaited)
        for (number, request) in zip(numbers, [guided, free]) {
            #expect(bench.outcomes[number] == HashModel.outcome(of: request, distinguishesRoles: true))
        }
    }

    @Test func `a constraint that cannot be followed fails its request alone`() {
        let bench = SchedulerBench(FakeRunner())
        let impossible = request(2) {
            $0.answer = TextModel.answer(.regex("a{2}b"))
            $0.bannedSequences = [[1]]
        }
        let refused = request(3) {
            $0.answer = TextModel.answer(.regex("b"))
            $0.bannedSequences = [[1]]
        }
        let numbers = [bench.add(impossible), bench.add(request(4)), bench.add(refused)]
        bench.runToEnd()
        #expect(bench.outcomes[numbers[0]]?.choices[0].tokens == [0, 0])
        #expect(bench.outcomes[numbers[1]] == HashModel.outcome(of: request(4), distinguishesRoles: true))
        #expect(bench.outcomes[numbers[2]]?.choices[0].tokens == [])
        for (number, fails) in zip(numbers, [true, false, true]) {
            if case .constraintFailed = bench.errors[number] { #expect(fails) } else { #expect(!fails) }
        }
    }

    @Test(arguments: [0, 1, 2, 5]) func `reasoning that is told to end closes at its next token`(steps: Int) {
        var request = request(maxTokens: 12) {
            $0.reasoning = TextModel.reasoning(.reasoning)
            var allowed = TokenMask(size: 40)
            for token in Int32(0)..<6 { allowed.insert(token) }
            $0.allowedTokens = allowed
        }
        request.choices = 3
        var configuration = EngineConfiguration()
        configuration.maxPrefillChunk = 5
        let bench = SchedulerBench(FakeRunner(), configuration)
        let number = bench.add(request)
        for _ in 0..<steps { bench.step() }
        bench.endReasoning(number, choice: 1)
        bench.runToEnd()
        let expected = HashModel.outcome(of: request, distinguishesRoles: true).choices
        guard let choices = bench.outcomes[number]?.choices else { return #expect(Bool(false)) }
        #expect(choices[0] == expected[0] && choices[2] == expected[2])
        // The first token comes with the second chunk; branches catch up with it in the step after.
        let free = max(0, steps - 1)
        let told = Array(choices[1].tokens)
        #expect(told.firstIndex(of: TextModel.closeTag).map { $0 <= free + 1 } == true)
        let before = told.prefix { $0 != TextModel.closeTag }.dropLast()
        #expect(Array(before) == Array(expected[1].tokens.prefix(before.count)))
    }

    @Test func `the engine passes the word on`() async throws {
        let runner = FakeRunner(blockCount: 500, contextLength: 1_000)
        let engine = try Engine(runner: runner)
        let generation = try engine.submit(
            request(maxTokens: 900) {
                $0.reasoning = TextModel.reasoning(.reasoning)
                var allowed = TokenMask(size: 40)
                for token in Int32(0)..<6 { allowed.insert(token) }
                $0.allowedTokens = allowed
            })
        runner.onStep { [unowned runner] in if runner.steps == 4 { generation.endReasoning() } }
        engine.start()
        var outcome = Outcome(choices: 1)
        for try await event in generation {
            outcome.add(event)
            if outcome.choices[0].tokens.last == TextModel.closeTag { break }
        }
        #expect(outcome.choices[0].tokens.count == 7)
    }

    @Test func `guidance that names unknown tokens is refused`() throws {
        let engine = try Engine(runner: FakeRunner())
        for (field, change) in [
            ("bad_words", { $0.bannedSequences = [[40]] }), ("bad_words", { $0.bannedSequences = [[]] }),
            ("bad_words", { $0.bannedSequences = (0..<40).map { [Int32($0)] } }),
            ("repetition_detection", { $0.repetition = RepetitionLimits(maxPatternSize: 1, minCount: 1) }),
            ("thinking_token_budget", { $0.reasoning = TextModel.reasoning(.reasoning, budget: -1) }),
        ] as [(String, (inout Guidance) -> Void)] {
            let error = #expect(throws: EngineError.self) { try engine.submit(request(1, change)) }
            guard case .invalidRequest(field, _) = error else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
        }
    }
}
