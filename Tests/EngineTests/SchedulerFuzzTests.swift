import Engine
import Testing

/// Thousands of random schedules; `SchedulerBench` checks the invariants after each call.
struct SchedulerFuzzTests {
    @Test(arguments: 0..<150) func `random schedules give each request what it gets alone`(seed: Int) {
        var source = RequestSource(seed: UInt64(seed))
        var configuration = EngineConfiguration()
        configuration.maxBatchedTokens = 1 + source.next(40)
        configuration.maxSequences = 1 + source.next(12)
        configuration.maxPrefillChunk = source.chance(50) ? 1 + source.next(20) : nil
        configuration.maxPromptLogprobRows = 1 + source.next(20)
        configuration.prefixCaching = source.chance(80)
        let blockSize = [1, 2, 4, 8, 16][source.next(5)]
        let roles = source.chance(50)
        let runner = FakeRunner(
            blockCount: (64 + source.next(100)) / blockSize, blockSize: blockSize, distinguishesRoles: roles)
        let bench = SchedulerBench(runner, configuration, maskSteps: source.chance(50) ? source.next(30) : nil)
        let maxLength = bench.scheduler.limits.maxLength

        var requests: [UInt64: GenerationRequest] = [:]
        var cancelled: Set<UInt64> = []
        var left = 12
        while left > 0 || !bench.scheduler.isIdle {
            if left > 0, source.chance(30) {
                let request = source.request(maxTokens: 16)
                requests[bench.add(request)] = request
                left -= 1
            }
            if source.chance(4), let number = requests.keys.sorted().last {
                let choice = source.chance(50) ? source.next(3) : nil
                if bench.ended.contains(number) || choice ?? 0 >= requests[number]?.choices ?? 0 { continue }
                cancelled.insert(number)
                bench.cancel(number, choice: choice)
            }
            if source.chance(1) { runner.fail(step: runner.steps + 1) }
            bench.step()
        }
        #expect(bench.ended.count == requests.count)
        for (number, request) in requests where bench.errors[number] == nil {
            let expected = HashModel.outcome(of: request, distinguishesRoles: roles, maxLength: maxLength)
            guard let outcome = bench.outcomes[number] else { continue }
            guard cancelled.contains(number) else {
                #expect(outcome == expected)
                continue
            }
            for (got, whole) in zip(outcome.choices, expected.choices) {
                #expect(got.reason == .cancelled || got == whole)
                #expect(Array(whole.tokens.prefix(got.tokens.count)) == got.tokens)
            }
        }
    }

    @Test func `a stream of short requests never starves a long one`() {
        var source = RequestSource(seed: 1)
        var configuration = EngineConfiguration()
        configuration.maxBatchedTokens = 16
        configuration.maxSequences = 4
        let bench = SchedulerBench(FakeRunner(blockCount: 20, blockSize: 4), configuration)
        for _ in 0..<4 { bench.add(source.request(maxPrompt: 8, maxTokens: 8, maxChoices: 1)) }
        let long = bench.add(GenerationRequest(id: "long", prompt: source.prompt(60), maxTokens: 18))
        var steps = 0
        while !bench.ended.contains(long) {
            bench.add(source.request(maxPrompt: 8, maxTokens: 8, maxChoices: 1))
            bench.step()
            steps += 1
            guard steps < 200 else { break }
        }
        #expect(steps < 200)
    }
}
