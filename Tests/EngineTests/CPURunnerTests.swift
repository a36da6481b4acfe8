import Compute
import Engine
import Testing

struct CPURunnerTests {
    private func bench(threads: Int, blockCount: Int = 64, brokenPosition: Int? = nil) throws -> Engine {
        let runner = try CPURunner(
            model: HashLanguageModel(brokenPosition: brokenPosition), blockCount: blockCount, blockSize: 8,
            workers: WorkerPool(threadCount: threads))
        let engine = try Engine(runner: runner)
        engine.start()
        return engine
    }

    private func outcome(_ request: GenerationRequest, _ engine: Engine) async throws -> Outcome {
        var outcome = Outcome(choices: request.choices)
        for try await event in try engine.submit(request) { outcome.add(event) }
        return outcome
    }

    @Test(arguments: [1, 2]) func `sampling on several threads changes nothing`(threads: Int) async throws {
        var source = RequestSource(seed: 21)
        let requests = (0..<16).map { _ in source.request() }
        let crowded = try bench(threads: threads, blockCount: 24)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in requests {
                group.addTask {
                    let together = try await outcome(request, crowded)
                    let alone = try await outcome(request, bench(threads: 1, blockCount: 24))
                    #expect(together == alone)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a greedy answer is the argmax of the model's logits at each position`() async throws {
        var request = GenerationRequest(id: "r", prompt: [1, 2, 3], maxTokens: 4)
        request.sampling.temperature = 0
        let outcome = try await outcome(request, bench(threads: 2))
        var entries: [UInt64] = []
        var tokens = request.prompt
        while tokens.count < 7 {
            for position in entries.count..<tokens.count {
                entries.append(
                    HashModel.entry(
                        token: tokens[position], position: position, isPrompt: position < 3, past: entries))
            }
            let last = entries[entries.count - 1]
            let logits = (0..<HashModel.vocabularySize).map { HashModel.mix(last, UInt64($0)) >> 40 }
            tokens.append(Int32(logits.firstIndex(of: logits.max() ?? 0) ?? 0))
        }
        #expect(outcome.choices[0].tokens == Array(tokens.dropFirst(3)))
    }

    @Test func `prompt log-probabilities come in order whatever the chunks`() async throws {
        var request = GenerationRequest(id: "r", prompt: Array(0..<30), maxTokens: 1)
        request.promptLogprobs = 2
        let runner = try CPURunner(
            model: HashLanguageModel(), blockCount: 8, blockSize: 8, workers: WorkerPool(threadCount: 2))
        var configuration = EngineConfiguration()
        configuration.maxPrefillChunk = 7
        let chunked = try Engine(runner: runner, configuration: configuration)
        chunked.start()
        let outcome = try await outcome(request, chunked)
        #expect(outcome.promptLogprobs?.count == 30)
        #expect(try await outcome == self.outcome(request, bench(threads: 1)))
    }

    @Test func `logits that are not numbers fail the request, and the next one is served`() async throws {
        let engine = try bench(threads: 1, brokenPosition: 9)
        let request = GenerationRequest(id: "r", prompt: Array(0..<5), maxTokens: 20)
        await #expect(throws: EngineError.runnerFailed("the logits for position 10 are not finite numbers")) {
            _ = try await outcome(request, engine)
        }
        var short = request
        short.maxTokens = 3
        #expect(try await outcome(short, engine).choices[0].reason == .length)
    }
}
