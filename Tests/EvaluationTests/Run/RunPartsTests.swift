import JSON
import Testing

@testable import Evaluation

struct RunPartsTests {
    @Test func `figures of a run under way are the report's`() throws {
        var part = RunPlan.Part(benchmark: .builtin, questions: [], samples: 4)
        part.questions = ["a", "b", "c"].map { Question(id: $0, prompt: "", gold: "") }
        var tally = RunTally(part, maxTokens: 1000)
        #expect(tally.passAt1 == nil && tally.rerunError == nil)
        #expect(tally.expectedRest == 12 * 110)
        for (question, score, tokens) in [("a", 1.0, 100), ("a", 0, 300), ("b", 1, 200)] {
            var sample = Sample(benchmark: "builtin", question: question, index: 0, seed: 0)
            sample.verdict = Verdict(score: score)
            sample.completionTokens = tokens
            tally.add(sample)
        }
        #expect(tally.passAt1 == 0.75)
        // sqrt(p (1 - p) / (k - 1)) / n over the one question with two samples.
        #expect(tally.rerunError == 0.25)
        // The mean is (2 · 110 + 600) / 5 = 164; a's own (2 · 164 + 400) / 4 = 182, b's (2 · 164 + 200) / 3 = 176: 4 · 164 + 2 · 182 + 3 · 176.
        #expect(tally.expectedRest == 1548)
        var failed = Sample(benchmark: "builtin", question: "c", index: 0, seed: 0)
        failed.error = "refused"
        tally.add(failed)
        #expect(tally.errors == 1 && tally.done == 3 && tally.passAt1 == 0.75)
    }

    @Test func `samples are what their lines say`() throws {
        var sample = Sample(benchmark: "aime", question: "60\u{2028}", index: 3, seed: UInt64(Int64.max))
        sample.reasoning = "Hm.\n"
        sample.content = "\\boxed{7}"
        sample.finishReason = "length"
        sample.completionTokens = 9
        sample.seconds = 1.5
        sample.verdict = Verdict(score: 0.5, lenientScore: 1, answer: "7", rule: "boxed")
        sample.verdict?.detail = ["letter": "A"]
        #expect(Sample(json: try JSONValue(parsing: JSONValue.object(sample.json).serialized())) == sample)
        var failed = Sample(benchmark: "aime", question: "60", index: 0, seed: 1)
        failed.error = "status 422"
        #expect(Sample(json: .object(failed.json)) == failed && !failed.isAnswered)
        sample.verdict = nil
        sample.error = "not graded: the judge is away"
        let ungraded = try #require(Sample(json: .object(sample.json)))
        #expect(ungraded == sample && ungraded.isAnswered)
        #expect(Sample(json: ["benchmark": "aime", "question": "60", "index": 0]) == nil)
    }

    @Test func `reasoning without its end is no answer`() throws {
        var answer = ChatAnswer()
        try answer.append(["choices": [["delta": ["content": "<think>\nOne, two"]]]])
        try answer.append(["choices": [["delta": [:], "finish_reason": "length"]]])
        answer.splitReasoning()
        #expect(answer.content.isEmpty && answer.reasoning == "\nOne, two")
        #expect(answer.tokens == 1 && answer.thoughtTokens == 1, "events count where the server counts no tokens")
        #expect(throws: ChatError.self) { try answer.append(["error": ["message": "out of memory"]]) }
    }

    @Test func `servers tell their places in their own ways`() async throws {
        func facts(_ properties: JSONValue?) async throws -> ServerFacts {
            let server = try ScriptedServer(properties: properties) { _ in .text("85") }
            var chat = ChatServer(url: server.url + "/v1/")
            return try await ServerFacts(asking: &chat)
        }
        let plain = try await facts(nil)
        #expect(plain.model == ScriptedServer.model && plain.contextLength == 100_000 && plain.places == nil)
        let slots = try await facts(["total_slots": 8, "build_info": "b1", "chat_template": "t"])
        #expect(slots.places == 8 && slots.software == "b1" && slots.chatTemplate == "t" && !slots.isPlain)
        #expect(ServerFacts.places(in: #"{"max_running_requests": 48}"#) == 48)
        #expect(ServerFacts.places(in: "SchedulerConfig(max_num_seqs=256, x=1)") == 256)
        let metrics = "# HELP\nvllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"1000\"} 1.0\n"
        #expect(ServerFacts.cacheTokens(in: metrics) == 16_000)
        var nobody = ChatServer(url: "http://127.0.0.1:1")
        await #expect(throws: EvaluationError.self) { try await ServerFacts(asking: &nobody) }
    }

    @Test func `a budget takes questions in an order that has nothing to do with them`() {
        let questions = (0..<20).map { number in
            var question = Question(id: "\(number)", prompt: String(repeating: "x", count: number), gold: "")
            question.level = number == 3 ? "5" : "1"
            return question
        }
        var plan = RunPlan(
            parts: [RunPlan.Part(benchmark: .builtin, questions: questions, samples: 1)], seed: 0, sampling: .init())
        let hardFirst = plan.order(of: plan.parts[0], meanTokens: ["7": 50])
        #expect(hardFirst.prefix(3) == [7, 3, 19])
        plan.tokenBudget = 1000
        let drawn = plan.order(of: plan.parts[0], meanTokens: ["7": 50])
        #expect(drawn != hardFirst && drawn.sorted() == Array(0..<20))
        #expect(drawn == plan.order(of: plan.parts[0], meanTokens: [:]))
    }

    @Test func `problems of the built-in model have right answers`() throws {
        var generator = ProblemGenerator(seed: 5)
        var families: [ProblemGenerator.Family: Int] = [:]
        for _ in 0..<3000 {
            let problem = generator.next()
            families[problem.family, default: 0] += 1
            #expect(!problem.question.contains("{}") && !problem.answer.isEmpty)
            let numbers = problem.question.matches(of: #/\d+(\.\d+)?/#).map { String($0.0) }
            let integers = numbers.compactMap(Int.init)
            switch problem.family {
            case .sum: #expect(problem.answer == "\(integers[0] + integers[1])")
            case .difference: #expect(problem.answer == "\(integers[0] - integers[1])")
            case .product: #expect(problem.answer == "\(integers[0] * integers[1])")
            case .quotient:
                let parts = problem.answer.split(separator: " ").compactMap { Int($0) }
                #expect(parts[0] * integers[1] + (parts.count > 1 ? parts[1] : 0) == integers[0])
            case .comparison:
                let values = numbers.compactMap(Double.init)
                #expect(Double(problem.answer) == values.max())
            default: break
            }
        }
        // 18 and 2 of 106.
        #expect((430...590).contains(families[.sum] ?? 0) && (30...90).contains(families[.parity] ?? 0))
        #expect(families.count == ProblemGenerator.Family.allCases.count)
    }

    @Test func `the built-in benchmark is always the same, and its grader reads every answer of it`() throws {
        let questions = try Benchmark.builtin.questions([], 0)
        #expect(questions.count == 100 && Set(questions.map(\.prompt)).count == 100)
        #expect(try Benchmark.builtin.questions([], 9) == questions)
        let grader = BuiltinGrader()
        for question in questions {
            let gold = try #require(question.gold.stringValue)
            #expect(grader.grade("So it is \(gold).\n\n\\boxed{\(gold)}", to: question).score == 1)
            #expect(grader.grade("", to: question).score == 0)
        }
        func grade(_ content: String, _ gold: String) -> Verdict {
            grader.grade(content, to: Question(id: "", prompt: "", gold: .string(gold)))
        }
        #expect(grade("\\boxed{3.90}", "3.9").score == 1)
        #expect(grade("\\boxed{2, 1}", "1, 2").score == 0, "the order of a sorted list counts")
        #expect(grade("\\boxed{YES.}", "Yes").score == 1)
        #expect(grade("\\boxed{12 remainder 4}", "12 remainder 3").answer == "12 remainder 4")
        #expect(grade("no idea", "3").answer == nil)
    }

    @Test func `answers are exported as other harnesses read them`() throws {
        var run = MadeUp.run([["7", "3"]])
        for index in 0..<2 { run.benchmarks[0].samples[index].content = "Use\n```python\nprint(\(index))\n```\n" }
        let code = try JSONValue(parsing: AnswerExport.lcb.text(run))
        #expect(code[0]?["question_id"] == "q0" && code[0]?["code_list"] == ["print(0)", "print(1)"])
        let patch = try JSONValue(parsing: AnswerExport.swe.text(run))
        #expect(patch["instance_id"] == "q0" && patch["model_patch"] == "print(0)\n")
        let output = try JSONValue(parsing: AnswerExport.alpaca.text(run))
        #expect(output[0]?["instruction"] == "What is question 0?" && output[0]?["generator"] == .string(run.model))
        let arena = try JSONValue(parsing: AnswerExport.arena.text(run))
        #expect(arena["choices"]?[0]?["turns"]?[0]?["content"]?.stringValue?.hasPrefix("Use") == true)
    }
}
