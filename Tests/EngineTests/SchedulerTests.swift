import Engine
import Models
import Testing

struct SchedulerTests {
    private func request(_ length: Int, maxTokens: Int, first: Int32 = 0) -> GenerationRequest {
        let prompt = (0..<length).map { (Int32($0) * 7 + first) % Int32(HashModel.vocabularySize) }
        return GenerationRequest(id: "r", prompt: prompt, maxTokens: maxTokens)
    }

    private func configuration(_ change: (inout EngineConfiguration) -> Void) -> EngineConfiguration {
        var configuration = EngineConfiguration()
        change(&configuration)
        return configuration
    }

    @Test func `a long prompt is computed in chunks beside a sequence that generates`() {
        let bench = SchedulerBench(FakeRunner(), configuration { $0.maxBatchedTokens = 8 })
        bench.add(request(3, maxTokens: 20))
        bench.step()
        bench.add(request(30, maxTokens: 2, first: 1))
        var chunks: [[Int]] = []
        for _ in 0..<5 {
            bench.step()
            chunks.append(bench.lastStep?.runs.map(\.rowCount) ?? [])
        }
        #expect(chunks == [[1, 7], [1, 7], [1, 7], [1, 7], [1, 2]])
    }

    @Test func `an older sequence leaves a row to each one behind it`() {
        let bench = SchedulerBench(FakeRunner(blockSize: 8), configuration { $0.maxBatchedTokens = 9 })
        var older = request(7, maxTokens: 9)
        older.choices = 3
        bench.add(older)
        bench.add(request(2, maxTokens: 9, first: 3))
        bench.step()
        #expect(bench.lastStep?.runs.map(\.rowCount) == [7, 2])
        // The second and third choice compute seven prompt tokens and their first one.
        bench.step()
        #expect(bench.lastStep?.runs.map(\.rowCount) == [1, 6, 1, 1])
    }

    @Test func `no more sequences run than are allowed`() {
        let bench = SchedulerBench(FakeRunner(), configuration { $0.maxSequences = 2 })
        for first in 0..<5 { bench.add(request(4, maxTokens: 4, first: Int32(first))) }
        bench.step()
        #expect(bench.scheduler.running.count == 2)
        #expect(bench.scheduler.waitingSequenceCount == 3)
        bench.runToEnd()
        #expect(bench.ended.count == 5)
    }

    @Test func `requests start in order of arrival`() {
        let bench = SchedulerBench(
            FakeRunner(blockCount: 16), configuration { $0.maxSequences = 3 })
        for first in 0..<8 { bench.add(request(first % 2 == 0 ? 30 : 2, maxTokens: 10, first: Int32(first))) }
        var started: [UInt64] = []
        while bench.step() {
            started += bench.cachedTokens.keys.filter { !started.contains($0) }.sorted()
        }
        #expect(started == Array(1...8))
    }

    @Test func `a lower priority value goes first, and is preempted last`() {
        let bench = SchedulerBench(FakeRunner(blockCount: 12), configuration { $0.maxSequences = 2 })
        for (number, priority) in [0, 5, -1, 0, -1].enumerated() {
            var one = request(20, maxTokens: 30, first: Int32(number))
            one.priority = priority
            bench.add(one)
        }
        bench.step()
        #expect(bench.scheduler.running.map(\.request.number) == [3, 5])
        var started: [UInt64] = []
        while bench.step() {
            started += bench.cachedTokens.keys.filter { !started.contains($0) }.sorted()
        }
        #expect(started == [3, 5, 1, 4, 2])
    }

    @Test(arguments: [true, false])
    func `progress is told after each chunk of the prompt, to requests that ask`(asks: Bool) {
        let bench = SchedulerBench(FakeRunner(blockSize: 4), configuration { $0.maxBatchedTokens = 8 })
        bench.add(request(9, maxTokens: 1))
        bench.runToEnd()
        var wanted = request(30, maxTokens: 3)
        wanted.reportsProgress = asks
        let number = bench.add(wanted)
        bench.runToEnd()
        #expect(bench.cachedTokens[number] == 8)
        #expect(bench.outcomes[number]?.progress == (asks ? [16, 24, 30] : []))
    }

    @Test func `full blocks of an equal prefix are found, but never the whole prompt`() {
        let runner = FakeRunner(blockSize: 4)
        let bench = SchedulerBench(runner)
        bench.add(request(16, maxTokens: 1))
        bench.runToEnd()
        let before = runner.rows
        let again = bench.add(request(16, maxTokens: 1))
        bench.runToEnd()
        #expect(bench.cachedTokens[again] == 12)
        #expect(runner.rows - before == 4)
        let longer = bench.add(request(18, maxTokens: 1))
        bench.runToEnd()
        #expect(bench.cachedTokens[longer] == 16)
    }

    @Test func `equal prompts that come together are computed once`() {
        let runner = FakeRunner(blockSize: 4)
        let bench = SchedulerBench(runner, configuration { $0.maxBatchedTokens = 16 })
        let equal = request(33, maxTokens: 1)
        for _ in 0..<5 { bench.add(equal) }
        bench.runToEnd()
        #expect(runner.rows == 33 + 4)
        #expect(runner.steps == 3)
    }

    @Test func `salts keep equal prompts apart`() {
        let bench = SchedulerBench(FakeRunner())
        bench.add(request(16, maxTokens: 1))
        bench.runToEnd()
        var salted = request(16, maxTokens: 1)
        salted.cacheSalt = 1
        let number = bench.add(salted)
        bench.runToEnd()
        #expect(bench.cachedTokens[number] == 0)
    }

    @Test(arguments: [true, false])
    func `generated blocks are shared with a prompt only where roles leave equal bytes`(distinguishesRoles: Bool) {
        let bench = SchedulerBench(FakeRunner(blockSize: 4, distinguishesRoles: distinguishesRoles))
        let first = bench.add(request(6, maxTokens: 11))
        bench.runToEnd()
        let answer = bench.outcomes[first]?.choices[0].tokens ?? []
        let turn = request(6, maxTokens: 3).prompt + answer + [1, 2]
        let followUp = GenerationRequest(id: "r", prompt: turn, maxTokens: 3)
        let second = bench.add(followUp)
        bench.runToEnd()
        #expect(bench.cachedTokens[second] == (distinguishesRoles ? 4 : 16))
        #expect(
            bench.outcomes[second] == HashModel.outcome(of: followUp, distinguishesRoles: distinguishesRoles))
    }

    @Test func `choices share the prompt's blocks and compute it once`() {
        let runner = FakeRunner(blockSize: 4)
        let bench = SchedulerBench(runner, configuration { $0.prefixCaching = false })
        var many = request(14, maxTokens: 3)
        many.choices = 5
        bench.add(many)
        bench.step()
        #expect(runner.rows == 14)
        // Three full prompt blocks, and one that each choice fills for itself.
        bench.step()
        #expect(runner.rows == 14 + 1 + 4 * 3)
        #expect(bench.scheduler.pool.usedCount == 3 + 5)
        bench.runToEnd()
        #expect(bench.ended.count == 1)
    }

    @Test func `choices beyond the places wait for them`() {
        let bench = SchedulerBench(FakeRunner(), configuration { $0.maxSequences = 2 })
        var many = request(9, maxTokens: 6)
        many.choices = 5
        many.sampling.temperature = 1
        #expect(bench.result(of: many) == HashModel.outcome(of: many, distinguishesRoles: true))
    }

    @Test func `the youngest sequence is preempted and loses nothing`() {
        let runner = FakeRunner(blockCount: 8, blockSize: 4)
        let bench = SchedulerBench(runner)
        let requests = [request(8, maxTokens: 20), request(8, maxTokens: 12, first: 3)]
        for request in requests { bench.add(request) }
        bench.runToEnd()
        #expect(bench.scheduler.counters.preemptions > 0)
        for (number, request) in zip(UInt64(1)..., requests) {
            #expect(bench.outcomes[number] == HashModel.outcome(of: request, distinguishesRoles: true))
        }
    }

    @Test func `a sequence ends where the pool or the context does`() {
        let small = SchedulerBench(FakeRunner(blockCount: 3, blockSize: 4))
        #expect(small.result(of: request(5, maxTokens: 100)).choices[0].tokens.count == 7)
        let short = SchedulerBench(FakeRunner(), configuration { $0.maxModelLength = 9 })
        let outcome = short.result(of: request(5, maxTokens: 100))
        #expect(outcome.choices[0].tokens.count == 4)
        #expect(outcome.choices[0].reason == .length)
    }

    @Test func `a prompt's log-probabilities keep to their share of a step`() {
        let bench = SchedulerBench(
            FakeRunner(),
            configuration {
                $0.maxBatchedTokens = 16
                $0.maxPromptLogprobRows = 3
            })
        var wanting = request(20, maxTokens: 2)
        wanting.promptLogprobs = 2
        let other = request(12, maxTokens: 5, first: 9)
        for request in [wanting, wanting, other] { bench.add(request) }
        while bench.step() {
            let rows = bench.lastStep?.plan.promptLogprobs.reduce(0) { $0 + $1.targets.count } ?? 0
            #expect(rows <= 3)
        }
        for (number, request) in zip(UInt64(1)..., [wanting, wanting, other]) {
            #expect(bench.outcomes[number] == HashModel.outcome(of: request, distinguishesRoles: true))
        }
    }

    @Test func `echo alone computes the prompt and ends`() {
        let bench = SchedulerBench(FakeRunner())
        var echo = request(9, maxTokens: 0)
        echo.promptLogprobs = 1
        echo.choices = 2
        let outcome = bench.result(of: echo)
        #expect(outcome == HashModel.outcome(of: echo, distinguishesRoles: true))
        #expect(outcome.promptLogprobs?.count == 9)
    }

    @Test func `a row without finite logits fails its request alone`() throws {
        let bench = SchedulerBench(FakeRunner())
        bench.add(request(4, maxTokens: 3))
        bench.add(request(4, maxTokens: 3, first: 2))
        let step = try #require(bench.scheduler.schedule())
        let result = try bench.runner.collect(bench.runner.submit(step.plan))
        var spoiled = result
        spoiled.samples[0] = nil
        let outputs = bench.scheduler.commit(step, spoiled)
        bench.checkInvariants()
        guard case .failed(.runnerFailed(let reason)) = outputs.first?.content else {
            return #expect(Bool(false), "the first request fails")
        }
        #expect(reason.contains("position 4"))
        #expect(bench.scheduler.requests.keys.sorted() == [2])
        bench.runToEnd()
    }

    @Test func `the first choice can be cancelled while the prompt is computed for the others`() {
        let bench = SchedulerBench(FakeRunner(), configuration { $0.maxBatchedTokens = 4 })
        var many = request(10, maxTokens: 6)
        many.choices = 3
        many.sampling.temperature = 1
        let number = bench.add(many)
        bench.step()
        bench.cancel(number, choice: 0)
        bench.runToEnd()
        var expected = HashModel.outcome(of: many, distinguishesRoles: true)
        expected.choices[0] = Outcome.Choice(reason: .cancelled)
        #expect(bench.outcomes[number] == expected)
    }
}
