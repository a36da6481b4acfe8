import JSON
import Testing

@testable import Evaluation

struct RunTests {
    private typealias Reply = ScriptedServer.Reply

    /// What each sample of each question answers; `…` is cut off, "" has no answer.
    private static let script = [
        ["7", "7", "7", "7"], ["7", "7", "3", "3"], ["…", "…", "", "7"], ["3", "3", "3", "7"], ["…", "…", "…", "…"],
    ]

    private static func scripted(_ run: ScriptedRun) -> @Sendable (ScriptedServer.Ask) -> Reply {
        { ask in
            let question = Int(ask.prompt.dropFirst("question ".count)) ?? 0
            switch script[question][run.index(ask) ?? 0] {
            case "…": return Reply(reasoning: "It is \\boxed{7}, but", content: "", finish: "length", tokens: 40)
            case "": return .text("I do not know.")
            case let answer: return .text("It is \\boxed{\(answer)}.")
            }
        }
    }

    @Test func `a scripted server gives the scores that were computed by hand`() async throws {
        let (folder, run) = (try TemporaryFolder(), ScriptedRun(questions: 5))
        let server = try ScriptedServer(Self.scripted(run))
        #expect(try await run.run(server, in: folder.path) == nil)
        let report = try #require(try ScriptedRun.figures(folder.path)["benchmarks"]?[0])
        // (1 + 1/2 + 1/4 + 1/4 + 0) / 5.
        #expect(report["pass_at_1"]?["value"] == .number(0.4))
        // 1 + a tie's 1/2 + the only vote's 1 + 0 + no vote's 0, over 5.
        #expect(report["consensus"]?["value"]?.doubleValue == 0.5)
        #expect(report["rates"]?["truncated"]?.intValue == 6)
        #expect(report["errors"] == 0 && report["status"] == "complete")
        #expect(Set(server.asked.map(\.seed)).count == 20, "each sample has a seed of its own")
        let body = try #require(server.asked.first?.body)
        #expect(body["temperature"] == .number(0.6) && body["top_p"] == .number(0.95) && body["top_k"] == -1)
        #expect(body["max_tokens"] == 32768 && body["messages"]?.arrayValue?.count == 1, "no system prompt")
    }

    @Test func `what is asked depends neither on order nor on concurrency`() async throws {
        var samples: [[String]] = []
        for concurrency in [1, 16] {
            let folder = try TemporaryFolder()
            var run = ScriptedRun(questions: 6)
            run.concurrency = concurrency
            let server = try ScriptedServer { .text("\($0.prompt) \($0.seed) \\boxed{\($0.seed % 3)}") }
            try await run.run(server, in: folder.path)
            samples.append(
                try RunFolder(folder.path).load(BenchmarkCatalog()).benchmarks[0].samples.map {
                    "\($0.question) \($0.index) \($0.content)"
                })
        }
        #expect(samples[0].count == 24 && samples[0] == samples[1])
    }

    @Test func `a run that ended early goes on and ends with the same report`() async throws {
        let (whole, parts) = (try TemporaryFolder(), try TemporaryFolder())
        var run = ScriptedRun(questions: 5)
        try await run.run(try ScriptedServer(Self.scripted(run)), in: whole.path)

        run.concurrency = 1
        let (script, stopSwitch) = (Self.scripted(run), run.stopSwitch)
        let first = try ScriptedServer { ask in
            if ask.prompt == "question 2" { stopSwitch.stop("enough") }
            var reply = script(ask)
            reply.pause = .milliseconds(20)
            return reply
        }
        #expect(try await run.run(first, in: parts.path) == "enough")
        let done = try RunFolder(parts.path).readSamples().samples
        #expect((1..<20).contains(done.count))
        #expect(try ScriptedRun.figures(parts.path)["status"] == "partial")
        // The machine went down in the middle of a line.
        let torn = try parts.read("samples.jsonl") + #"{"benchmark":"custom","question":"q4","ind"#
        _ = try parts.write(torn, to: "samples.jsonl")

        run.stopSwitch = StopSwitch()
        let second = try ScriptedServer(Self.scripted(run))
        #expect(try await run.run(second, in: parts.path) == nil)
        #expect(second.asked.count == 20 - done.count, "no finished sample is asked for again")
        #expect(try ScriptedRun.figures(parts.path) == ScriptedRun.figures(whole.path))
        #expect(try await run.run(second, in: parts.path) == nil)
        #expect(second.asked.count == 20 - done.count)
    }

    @Test func `a folder takes no samples of another run`() async throws {
        let folder = try TemporaryFolder()
        var run = ScriptedRun(questions: 2)
        let server = try ScriptedServer { _ in .text("\\boxed{7}") }
        try await run.run(server, in: folder.path)
        run.samples = 6
        try await run.run(server, in: folder.path)
        #expect(server.asked.count == 12, "more samples of the same questions join those that are there")
        run.seed = 4
        let error = await #expect(throws: EvaluationError.self) { try await run.run(server, in: folder.path) }
        #expect(error?.description.contains("seed: 3 there, 4 here") == true)
    }

    @Test func `busy servers are waited for, and failures repeated with the same seed`() async throws {
        let (folder, run) = (try TemporaryFolder(), ScriptedRun(questions: 2))
        let server = try ScriptedServer { ask in
            switch ask.attempt {
            case 1: Reply(status: ask.prompt == "question 0" ? 429 : 500, retryAfter: "0")
            case 2: Reply(content: "It is \\boxed{3}", isCut: true)
            default: .text("\\boxed{7}")
            }
        }
        #expect(try await run.run(server, in: folder.path) == nil)
        #expect(server.asked.count == 3 * 8)
        let report = try ScriptedRun.figures(folder.path)["benchmarks"]?[0]
        #expect(report?["pass_at_1"]?["value"] == .number(1) && report?["errors"] == 0)
    }

    @Test func `refused requests are errors, never zeros, and are asked again when the run goes on`() async throws {
        let (folder, run) = (try TemporaryFolder(), ScriptedRun(questions: 2))
        let refusing = try ScriptedServer { ask in
            ask.prompt == "question 0" ? Reply(status: 422) : .text("\\boxed{7}")
        }
        #expect(try await run.run(refusing, in: folder.path) == nil)
        let report = try ScriptedRun.figures(folder.path)["benchmarks"]?[0]
        #expect(report?["pass_at_1"]?["value"] == .number(1) && report?["errors"] == 4)
        #expect(report?["status"] == "partial")
        let answering = try ScriptedServer { _ in .text("\\boxed{7}") }
        #expect(try await run.run(answering, in: folder.path) == nil)
        #expect(answering.asked.count == 4)
        #expect(try ScriptedRun.figures(folder.path)["status"] == "complete")
    }

    @Test func `a server that refuses the key ends the run`() async throws {
        let (folder, run) = (try TemporaryFolder(), ScriptedRun(questions: 50))
        let server = try ScriptedServer { _ in Reply(status: 401) }
        let reason = try await run.run(server, in: folder.path)
        #expect(reason?.contains("401") == true)
        #expect(server.asked.count < 200)
    }

    @Test func `budgets end a run with what was asked by then`() async throws {
        let folder = try TemporaryFolder()
        var run = ScriptedRun(questions: 50)
        run.tokenBudget = 200
        let server = try ScriptedServer { _ in
            Reply(reasoning: "Hm.", content: "\\boxed{7}", tokens: 20, pause: .milliseconds(30))
        }
        #expect(try await run.run(server, in: folder.path) == "the token budget is spent")
        let samples = try RunFolder(folder.path).readSamples().samples
        // What one look at the clock lets pass is at most the answers of that time.
        #expect(samples.count >= 8 && samples.count < 60)
        run.tokenBudget = nil
        run.timeBudget = .milliseconds(150)
        run.stopSwitch = StopSwitch()
        #expect(try await run.run(server, in: folder.path) == "the time is up")
    }

    @Test func `the first sample of a question goes ahead of the others`() async throws {
        let folder = try TemporaryFolder()
        var run = ScriptedRun(questions: 1)
        run.samples = 8
        run.concurrency = 8
        let server = try ScriptedServer { _ in
            Reply(reasoning: "Hm.", content: "\\boxed{7}", pause: .milliseconds(100))
        }
        try await run.run(server, in: folder.path)
        #expect(run.index(try #require(server.asked.first)) == 0)
        #expect(server.mostUnderWay > 2, "the others run together, while the first is still under way")
    }

    @Test(arguments: ["reasoning_content", "reasoning", "<think>", "none"])
    func `the answer is graded, never the reasoning`(style: String) async throws {
        let (folder, run) = (try TemporaryFolder(), ScriptedRun(questions: 1))
        let server = try ScriptedServer { _ in
            switch style {
            case "<think>": Reply(content: "<think>\n\\boxed{3}\n</think>\n\nIt is \\boxed{7}.")
            case "none": Reply(content: "\\boxed{3}\n</think>\n\nIt is \\boxed{7}.")
            default: Reply(reasoning: "\\boxed{3}", content: "It is \\boxed{7}.", reasoningField: style)
            }
        }
        try await run.run(server, in: folder.path)
        let samples = try RunFolder(folder.path).load(BenchmarkCatalog()).benchmarks[0].samples
        #expect(samples.allSatisfy { $0.score == 1 && $0.content == "It is \\boxed{7}." })
        #expect(samples.allSatisfy { $0.reasoning.contains("\\boxed{3}") && $0.reasoningTokens == 5 })
    }

    @Test func `answers are graded again from the files alone`() async throws {
        let (folder, run) = (try TemporaryFolder(), ScriptedRun(questions: 5))
        try await run.run(try ScriptedServer(Self.scripted(run)), in: folder.path)
        let before = try ScriptedRun.figures(folder.path)["benchmarks"]
        // Verdicts of other rules, in place of those that the run wrote.
        let spoilt = try folder.read("samples.jsonl").replacing(#""score":1.0"#, with: #""score":0.0"#)
        _ = try folder.write(spoilt, to: "samples.jsonl")
        #expect(try ScriptedRun.figures(folder.path)["benchmarks"] != before)
        try await RunFolder(folder.path).regrade(BenchmarkCatalog())
        #expect(try ScriptedRun.figures(folder.path)["benchmarks"] == before)
    }

    @Test func `two runs do not write into one folder`() throws {
        let folder = try TemporaryFolder()
        let log = try SampleLog(path: folder.file("samples.jsonl"), length: 0)
        #expect(throws: EvaluationError.self) { try SampleLog(path: folder.file("samples.jsonl"), length: 0) }
        withExtendedLifetime(log) {}
    }

    @Test func `seeds are the documented hash`() {
        #expect(SampleSeed.seed(run: 0, benchmark: "aime", question: "60", index: 0) == 5_147_301_408_162_600_899)
        #expect(
            SampleSeed.seed(run: 7, benchmark: "math", question: "test/algebra/1.json", index: 63)
                == 3_906_481_651_576_575_153)
    }
}
