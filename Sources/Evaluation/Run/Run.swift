package import JSON

/// A run as it lies on disk: what was asked of which model, and the samples so far.
package struct Run: Sendable {
    /// Model, sampling, seed, prompts' and data's hashes, versions: what must agree for two runs to be compared.
    package var manifest: JSONObject
    package var benchmarks: [BenchmarkRun]

    package init(manifest: JSONObject, benchmarks: [BenchmarkRun]) {
        self.manifest = manifest
        self.benchmarks = benchmarks
    }

    /// One benchmark's part of a run.
    package struct BenchmarkRun: Sendable {
        package var benchmark: Benchmark
        package var questions: [Question]
        /// Samples asked for, for each question.
        package var samplesPerQuestion: Int
        /// Those that exist, in any order.
        package var samples: [Sample]

        package init(benchmark: Benchmark, questions: [Question], samplesPerQuestion: Int, samples: [Sample]) {
            self.benchmark = benchmark
            self.questions = questions
            self.samplesPerQuestion = samplesPerQuestion
            self.samples = samples
        }
    }
}
