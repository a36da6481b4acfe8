import JSON
import Testing

@testable import Evaluation

/// A run of made-up questions against a scripted server.
struct ScriptedRun {
    let questions: [Question]
    var samples = 4
    var seed: UInt64 = 3
    var concurrency = 4
    var tokenBudget: Int?
    var timeBudget: Duration?
    var stopSwitch = StopSwitch()

    /// Asked are "question 0", "question 1", …; all answers are 7.
    init(questions count: Int) {
        questions = (0..<count).map {
            Question(id: "q\($0)", prompt: "question \($0)", gold: ["grader": "math", "answer": "7"])
        }
    }

    static let benchmark = Benchmark.custom(judge: nil)

    /// Which sample a seed is of.
    func index(_ ask: ScriptedServer.Ask) -> Int? {
        let id = ask.prompt.replacing("question ", with: "q")
        return (0..<samples).first {
            SampleSeed.seed(run: seed, benchmark: "custom", question: id, index: $0) == UInt64(ask.seed)
        }
    }

    /// Returns why it ended early.
    @discardableResult
    func run(_ server: ScriptedServer, in folder: String) async throws -> String? {
        var plan = RunPlan(
            parts: [RunPlan.Part(benchmark: Self.benchmark, questions: questions, samples: samples)], seed: seed,
            sampling: SamplingSettings())
        plan.tokenBudget = tokenBudget
        plan.timeBudget = timeBudget
        var entry = RunManifest.Part(benchmark: "custom")
        entry.samples = samples
        entry.promptsDigest = RunManifest.Part.digest(of: questions)
        entry.grader = Self.benchmark.grader.identity
        var chat = ChatServer(url: server.url)
        chat.pause = .milliseconds(1)
        let session = try await RunSession(
            plan, entries: [entry], server: chat, folder: folder, defaultFolder: "", concurrency: concurrency,
            origin: [:], apus: "test", now: "2026-01-01T00:00:00Z")
        return try await session.run(stopSwitch: stopSwitch, isQuiet: true)
    }

    /// The report's figures without its timings.
    static func figures(_ folder: String) throws -> JSONValue {
        var report = try #require(try RunFolder(folder).report(BenchmarkCatalog()).json.objectValue)
        report["timings"] = nil
        return .object(report)
    }
}
