import JSON
import Testing

@testable import Evaluation

struct ReportTests {
    /// Four questions, three samples asked for: right twice; a tie of three; one cut and one without an answer; one only.
    private let answers: [[String?]] = [["7", "7", "3"], ["7", "3", "4"], ["…", nil, "7"], ["3"]]

    @Test func `figures of a run are those computed by hand`() throws {
        let summary = MadeUp.summary(answers)
        // (2/3 + 1/3 + 1/3 + 0) / 4.
        #expect((try #require(summary.score).passAt1 - 1.0 / 3).magnitude < 1e-12)
        // 1, 1/3 of a tie, 1 of the single vote, 0.
        let votes = try #require(summary.votes)
        #expect((votes.consensus.value - (1 + 1.0 / 3 + 1) / 4).magnitude < 1e-12)
        #expect(votes.consensus.firstSeenValue == 0.75)
        #expect(summary.rates.samples == 10 && summary.rates.truncated == 1 && summary.rates.abstained == 1)
        #expect(summary.isPartial && summary.finishedQuestions == 3)
        #expect(summary.bestOf.map(\.size) == [1], "the last question has one sample")
        // 40 + 41 + 42, three times, and 40; four of the ten are right.
        #expect(summary.tokens.generated == 409 && summary.tokens.perSolved == 102.25)
        #expect(summary.tokens.tokensPerSecond == 20.45)
        // 16 of each later sample's 20.
        #expect(summary.tokens.cacheHitRate == 96.0 / 200)
    }

    @Test func `samples with an error or without a verdict are never scored`() throws {
        var run = MadeUp.run([["7", "7"], ["7", "3"]])
        run.benchmarks[0].samples[0].error = "connection reset"
        run.benchmarks[0].samples[3].verdict = nil
        let summary = BenchmarkSummary(run.benchmarks[0], model: "")
        #expect(summary.score?.passAt1 == 1)
        #expect(summary.errors == 1 && summary.ungraded == 1 && summary.isPartial)
        // Asked again with success: the error is no more.
        run.benchmarks[0].samples.append(MadeUp.sample("sums", "q0", 0, "3", isRight: false))
        let repeated = BenchmarkSummary(run.benchmarks[0], model: "")
        #expect(repeated.errors == 0 && repeated.score?.passAt1 == 0.75)
    }

    @Test func `an empty run and one question have reports`() {
        let empty = Report(run: Run(manifest: [:], benchmarks: []))
        #expect(empty.markdown.contains("The run has no benchmark."))
        #expect(!empty.isPartial)
        let unasked = Report(run: MadeUp.run([[], []], samplesPerQuestion: 4))
        #expect(unasked.isPartial)
        #expect(unasked.json["benchmarks"]?[0]?["pass_at_1"] == .null)
        #expect(unasked.markdown.contains("Partial: 0 of 8 samples"))
        let single = Report(run: MadeUp.run([["7"]]))
        #expect(single.json["benchmarks"]?[0]?["pass_at_1"]?["value"]?.doubleValue == 1)
        #expect(single.markdown.contains("One sample for each question"))
    }

    @Test func `the order in which samples came does not show outside the timings`() throws {
        let run = MadeUp.run(answers)
        var shuffled = run
        shuffled.benchmarks[0].samples.reverse()
        for index in shuffled.benchmarks[0].samples.indices {
            shuffled.benchmarks[0].samples[index].seconds = 9
            shuffled.benchmarks[0].samples[index].cachedTokens = 0
        }
        var (first, second) = (Report(run: run).json.objectValue!, Report(run: shuffled).json.objectValue!)
        #expect(first["timings"] != second["timings"])
        first["timings"] = nil
        second["timings"] = nil
        #expect(JSONValue.object(first).serialized() == JSONValue.object(second).serialized())
    }

    @Test func `a published score of the same model stands beside`() throws {
        let summary = BenchmarkSummary(
            MadeUp.run([["7", "3"], ["7", "7"]]).benchmarks[0], model: "./deepseek-r1-distill-qwen-7b-Q4_K_M.gguf")
        let published = try #require(summary.published.first)
        #expect(published.difference == 0.25)
        // sqrt(0.5/2) / 2 = 0.25; of both, 0.25 · sqrt 2; z = 1 / sqrt 2.
        #expect((try #require(published.z) - 0.5.squareRoot()).magnitude < 1e-12)
        #expect(DistributionTests.agree(try #require(published.p), 0.47950012218695337))
        let longer = PublishedScore(model: "DeepSeek-R1", passAt1: 80)
        let all = summary.benchmark.published + [longer]
        #expect(PublishedDifference.scores(for: "DeepSeek-R1-Q8", in: all) == [longer])
        #expect(PublishedDifference.scores(for: "Qwen3-8B", in: all).isEmpty)
    }

    @Test func `a benchmark that cannot be compared says why`() {
        var run = MadeUp.run([["7"]])
        run.benchmarks[0].benchmark.caveat = "the card's questions are not public."
        let report = Report(run: run)
        #expect(report.markdown.contains("Not comparable with published scores: the card's questions are not public."))
    }

    @Test func `reasoning that went wrong is counted`() {
        var run = MadeUp.run([["7", "7", "7", "7", "7", "7"]])
        func change(_ index: Int, _ change: (inout Sample) -> Void) { change(&run.benchmarks[0].samples[index]) }
        change(0) { $0.reasoning = "\n\n" }
        change(1) { ($0.reasoning, $0.content) = ("still thinking", "") }
        change(2) { $0.reasoning = "Let me see: 因为我们知道 that x is 7" }
        change(3) {
            $0.finishReason = "length"
            $0.reasoning = "First, " + String(repeating: "wait, let me check that again. ", count: 30)
            $0.content = ""
        }
        change(4) {
            $0.finishReason = "length"
            $0.reasoning = (0..<200).map { "step \($0 * $0)" }.joined(separator: ", ")
            $0.content = ""
        }
        let rates = BenchmarkSummary(run.benchmarks[0], model: "").rates
        #expect(rates.emptyThinking == 1 && rates.unclosedThinking == 3)
        #expect(rates.mixedLanguage == 1 && rates.truncated == 2 && rates.looping == 1)
    }

    @Test func `questions are grouped by level and subject`() throws {
        var run = MadeUp.run([["7"], ["3"], ["7"]])
        for (index, level) in ["2", "1", "2"].enumerated() { run.benchmarks[0].questions[index].level = level }
        for index in 0..<3 { run.benchmarks[0].questions[index].subject = "sums" }
        let summary = BenchmarkSummary(run.benchmarks[0], model: "")
        #expect(summary.levels.map(\.name) == ["1", "2"])
        #expect(summary.levels.map(\.score.passAt1) == [0, 1] && summary.levels.map(\.questions) == [1, 2])
        #expect(summary.subjects.isEmpty, "one group is no group")
    }

    @Test func `instructions are counted over all samples`() {
        var run = MadeUp.run([["7", "7"]])
        for (index, strict) in [true, false].enumerated() {
            run.benchmarks[0].samples[index].verdict?.detail = [
                "instructions": [["id": "punctuation:no_comma", "strict": .bool(strict), "loose": true]]
            ]
        }
        let summary = BenchmarkSummary(run.benchmarks[0], model: "")
        #expect(
            summary.instructions
                == [InstructionScore(name: "punctuation:no_comma", count: 2, strict: 1, loose: 2)])
    }

    @Test func `a table in Markdown keeps hostile text in its cell`() {
        var table = MarkdownTable(["name", "n"])
        table.add(["a|b\u{1B}[2J\nc", "12"])
        #expect(table.text == "| name       |  n |\n|------------|---:|\n| a\\|b [2J c | 12 |\n")
    }

    @Test(arguments: [
        (0.5549, "55.5", "+55.5"), (-0.0004, "0.0", "0.0"), (-0.0316, "-3.2", "-3.2"), (1, "100.0", "+100.0"),
    ])
    func `percentages are rounded`(value: Double, plain: String, signed: String) {
        #expect(Figures.percent(value) == plain && Figures.signedPercent(value) == signed)
    }

    @Test func `counts are grouped and shortened`() {
        #expect(
            [0, 999, 1000, 12_672, 1_234_567].map { Figures.count($0) } == ["0", "999", "1,000", "12,672", "1,234,567"])
        #expect(
            [999, 1000, 16_916, 131_072, 24_960_000].map { Figures.short($0) } == [
                "999", "1k", "16.9k", "131k", "25M",
            ])
    }
}
