import JSON

@testable import Evaluation

/// Runs made up for tests of figures and reports.
enum MadeUp {
    struct ExactGrader: Grader {
        var identity = "exact-1"
        func grade(_ content: String, to question: Question) async throws -> Verdict { Verdict(score: 0) }
    }

    /// What a sample answers: `7` is the right answer, another text is wrong, nil is none, `…` is cut.
    static func run(
        _ answers: [[String?]], samplesPerQuestion: Int? = nil, name: String = "sums", gold: String = "7",
        manifest: JSONObject = ["model": "DeepSeek-R1-Distill-Qwen-7B", "seed": 0]
    ) -> Run {
        var questions: [Question] = []
        var samples: [Sample] = []
        for (number, own) in answers.enumerated() {
            questions.append(Question(id: "q\(number)", prompt: "What is question \(number)?", gold: .string(gold)))
            for (index, answer) in own.enumerated() {
                samples.append(sample(name, "q\(number)", index, answer, isRight: answer == gold))
            }
        }
        let count = samplesPerQuestion ?? answers.map(\.count).max() ?? 1
        return Run(
            manifest: manifest,
            benchmarks: [
                Run.BenchmarkRun(
                    benchmark: benchmark(name), questions: questions, samplesPerQuestion: count, samples: samples)
            ])
    }

    static func benchmark(_ name: String) -> Benchmark {
        Benchmark(
            name: name, title: name.uppercased(), grader: ExactGrader(), sampleCounts: .init(card: 64, quick: 4),
            expectedTokens: 100, caveat: nil,
            published: [PublishedScore(model: "DeepSeek-R1-Distill-Qwen-7B", passAt1: 50, consensusAt64: 60)],
            fields: "",
            questions: { _, _ in [] })
    }

    static func sample(
        _ benchmark: String, _ question: String, _ index: Int, _ answer: String?, isRight: Bool
    ) -> Sample {
        var sample = Sample(benchmark: benchmark, question: question, index: index, seed: UInt64(index))
        sample.reasoning = "Let me think."
        sample.reasoningTokens = 30 + index
        sample.completionTokens = 40 + index
        sample.promptTokens = 20
        sample.cachedTokens = index == 0 ? 0 : 16
        sample.seconds = 2
        if answer == "…" {
            sample.finishReason = "length"
            sample.verdict = Verdict(score: 0)
        } else {
            sample.content = answer.map { "It is \($0)." } ?? "I do not know."
            sample.verdict = Verdict(score: isRight ? 1 : 0, answer: answer)
        }
        return sample
    }

    static func summary(_ answers: [[String?]], samplesPerQuestion: Int? = nil) -> BenchmarkSummary {
        BenchmarkSummary(run(answers, samplesPerQuestion: samplesPerQuestion).benchmarks[0], model: "")
    }
}
