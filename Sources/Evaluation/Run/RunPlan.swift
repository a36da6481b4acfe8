/// What is asked in a run.
package struct RunPlan: Sendable {
    package struct Part: Sendable {
        package var benchmark: Benchmark
        package var questions: [Question]
        /// Samples for each question.
        package var samples: Int

        package init(benchmark: Benchmark, questions: [Question], samples: Int) {
            self.benchmark = benchmark
            self.questions = questions
            self.samples = samples
        }

        package var count: Int { questions.count * samples }
    }

    package var parts: [Part]
    package var seed: UInt64
    package var sampling: SamplingSettings
    /// Requests under way at once.
    package var concurrency = 16
    /// Generated tokens after which no further ones are asked for.
    package var tokenBudget: Int?
    package var timeBudget: Duration?

    package init(parts: [Part], seed: UInt64, sampling: SamplingSettings) {
        self.parts = parts
        self.seed = seed
        self.sampling = sampling
    }

    package var count: Int { parts.reduce(0) { $0 + $1.count } }

    /// Tokens that all samples are expected to take before any was seen.
    package var expectedTokens: Double {
        parts.reduce(0) { $0 + Double($1.count) * min($1.benchmark.expectedTokens, Double(sampling.maxTokens)) }
    }

    /// The order in which a benchmark's questions are asked: those that are expected to take longest first, so that
    /// none of them runs alone at the end; under a budget one that has nothing to do with the questions, so that those
    /// that are reached stand for all.
    func order(of part: Part, meanTokens: [String: Double]) -> [Int] {
        if tokenBudget != nil || timeBudget != nil {
            let ranks = part.questions.map {
                SampleSeed.seed(run: seed, benchmark: part.benchmark.name, question: $0.id, index: -1)
            }
            return part.questions.indices.sorted { ranks[$0] < ranks[$1] }
        }
        let keys = part.questions.map { question in
            (meanTokens[question.id] ?? 0, question.level ?? "", question.prompt.utf8.count)
        }
        return part.questions.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
    }
}
