import Engine
import Testing

/// The first law: a request's tokens depend on the model, the request and its seed alone.
struct SchedulerInvarianceTests {
    /// Requests that exercise the seed, every sampling parameter, choices, stops and log-probabilities.
    private static func subjects(_ seed: Int) -> [GenerationRequest] {
        var source = RequestSource(seed: UInt64(seed) &* 31)
        return (0..<6).map { _ in source.request() }
    }

    private func configuration(chunk: Int?, budget: Int = 512, caching: Bool = true) -> EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.maxBatchedTokens = budget
        configuration.maxPrefillChunk = chunk
        configuration.prefixCaching = caching
        return configuration
    }

    @Test(arguments: [1, 7, 512], [true, false])
    func `chunks and roles change nothing`(chunk: Int, distinguishesRoles: Bool) {
        for subject in Self.subjects(1) {
            let expected = HashModel.outcome(of: subject, distinguishesRoles: distinguishesRoles)
            for budget in [chunk, 512] {
                let bench = SchedulerBench(
                    FakeRunner(distinguishesRoles: distinguishesRoles), configuration(chunk: chunk, budget: budget))
                #expect(bench.result(of: subject) == expected)
            }
        }
    }

    @Test(arguments: [1, 7, 512], [true, false])
    func `a warm cache changes nothing`(chunk: Int, distinguishesRoles: Bool) {
        let bench = SchedulerBench(
            FakeRunner(distinguishesRoles: distinguishesRoles), configuration(chunk: chunk))
        let subjects = Self.subjects(2)
        for _ in 0..<3 {
            for subject in subjects {
                let expected = HashModel.outcome(of: subject, distinguishesRoles: distinguishesRoles)
                #expect(bench.result(of: subject) == expected)
            }
        }
        #expect(bench.scheduler.counters.prefixHitTokens > 0)
    }

    @Test(arguments: [1, 7, 512], [12, 20, 200])
    func `sixteen others that come and go change nothing, nor do tiny pools`(chunk: Int, blockCount: Int) {
        for (index, subject) in Self.subjects(3).enumerated() {
            var source = RequestSource(seed: UInt64(index + 100))
            let runner = FakeRunner(blockCount: blockCount, blockSize: 8)
            let bench = SchedulerBench(runner, configuration(chunk: chunk, budget: 64))
            var numbers = (0..<8).map { _ in bench.add(source.request()) }
            for _ in 0..<source.next(20) { bench.step() }
            let number = bench.add(subject)
            numbers += (0..<8).map { _ in bench.add(source.request()) }
            while bench.step() {
                if source.chance(10) { bench.cancel(numbers[source.next(numbers.count)]) }
            }
            let limit = min(256, blockCount * 8)
            #expect(
                bench.outcomes[number] == HashModel.outcome(of: subject, distinguishesRoles: true, maxLength: limit))
        }
    }

    @Test func `a tiny pool preempts in these tests`() {
        let bench = SchedulerBench(FakeRunner(blockCount: 12, blockSize: 8), configuration(chunk: nil))
        var source = RequestSource(seed: 5)
        for _ in 0..<40 { bench.add(source.request()) }
        bench.runToEnd()
        #expect(bench.scheduler.counters.preemptions > 1)
    }

    @Test(arguments: [true, false])
    func `cancelling at any step leaves nothing behind and changes no other`(caching: Bool) {
        let subjects = Self.subjects(4)
        let expected = subjects.map { HashModel.outcome(of: $0, distinguishesRoles: true, maxLength: 128) }
        var isLonger = true
        var cut = 0
        while isLonger {
            let bench = SchedulerBench(
                FakeRunner(blockCount: 16, blockSize: 8), configuration(chunk: 5, budget: 16, caching: caching))
            let numbers = subjects.map { bench.add($0) }
            isLonger = (0..<cut).allSatisfy { _ in bench.step() }
            let victim = numbers[cut % numbers.count]
            bench.cancel(victim)
            #expect(bench.scheduler.requests[victim] == nil)
            // What it left in the cache must be whole.
            let again = bench.add(subjects[cut % numbers.count])
            bench.runToEnd()
            #expect(bench.outcomes[again] == expected[cut % numbers.count])
            for (number, outcome) in zip(numbers, expected) where number != victim {
                #expect(bench.outcomes[number] == outcome)
            }
            cut += 1
        }
        #expect(cut > 15)
    }
}
