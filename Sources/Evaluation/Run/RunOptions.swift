import JSON
import Sockets

/// What a user asks of a run, before data and server are looked at.
package struct RunOptions: Sendable {
    /// How many samples a question gets.
    package enum Preset: String, Sendable, CaseIterable {
        /// As many as DeepSeek's paper states for the benchmark.
        case card
        /// 64 everywhere, as the model card says.
        case cardStrict = "card-strict"
        /// Few, and of at most 100 questions.
        case quick
    }

    package var benchmarks: [String]
    /// Files, folders, or either behind `NAME=`.
    package var data: [String] = []
    package var preset = Preset.card
    /// Samples for each question; nil: the preset's.
    package var samples: Int?
    /// Most questions of each benchmark.
    package var limit: Int?
    /// Ids of the only questions that are asked; empty: all.
    package var questions: [String] = []
    package var seed: UInt64 = 0

    package init(benchmarks: [String]) {
        self.benchmarks = benchmarks
    }

    /// Reads data and questions. Throws where they are missing or wrong.
    package func parts(_ catalog: BenchmarkCatalog) throws -> [(part: RunPlan.Part, manifest: RunManifest.Part)] {
        guard Set(benchmarks).count == benchmarks.count, !benchmarks.isEmpty else {
            throw EvaluationError("Benchmarks", "name each of them once, with commas between")
        }
        let locations = try DataLocations(data, benchmarks: benchmarks)
        var missing = Set(questions)
        let parts = try benchmarks.map { name in
            let benchmark = try catalog.benchmark(name)
            guard !benchmark.needsJudge || catalog.judge != nil else {
                throw EvaluationError(name, "a model judges its answers: give one with --judge URL#MODEL")
            }
            guard !benchmark.needsSandbox || catalog.sandbox != nil else {
                throw EvaluationError(name, SandboxError.notAllowed.description)
            }
            var entry = RunManifest.Part(benchmark: name)
            var rows: [DataRow] = []
            if benchmark.needsData {
                let files = try locations.files(for: name).map {
                    try DataFile(path: $0, hasHeader: benchmark.csvHasHeader)
                }
                rows = files.flatMap(\.rows)
                entry.data = files.map(\.name).joined(separator: ",")
                entry.dataDigest =
                    files.count == 1 ? files[0].digest : Digest.hexadecimal(of: files.map(\.digest).joined())
            }
            let all = try benchmark.questions(rows, seed)
            guard !all.isEmpty else { throw EvaluationError(name, "the data holds no question; name another file") }
            let asked = selection(of: all, benchmark: name)
            missing.subtract(asked.map(\.id))
            let part = RunPlan.Part(benchmark: benchmark, questions: asked, samples: sampleCount(benchmark))
            entry.promptsDigest = RunManifest.Part.digest(of: all)
            entry.grader = benchmark.grader.identity
            entry.samples = part.samples
            entry.questions = asked.count
            return (part, entry)
        }
        guard missing.isEmpty else {
            throw EvaluationError("--questions", "no question has the id \(missing.sorted().joined(separator: ", "))")
        }
        return parts
    }

    private func sampleCount(_ benchmark: Benchmark) -> Int {
        let counts = benchmark.sampleCounts
        return samples
            ?? {
                switch preset {
                case .card: counts.card
                case .cardStrict: counts.cardStrict
                case .quick: counts.quick
                }
            }()
    }

    /// Those named, or those whose hashes come first: always the same ones, spread over the data.
    private func selection(of all: [Question], benchmark: String) -> [Question] {
        if !questions.isEmpty {
            let wanted = Set(questions)
            return all.filter { wanted.contains($0.id) }
        }
        let count = limit ?? (preset == .quick ? 100 : .max)
        guard count < all.count else { return all }
        let ranks = all.map { SampleSeed.seed(run: 0, benchmark: benchmark, question: $0.id, index: -1) }
        let chosen = Set(all.indices.sorted { ranks[$0] < ranks[$1] }.prefix(count))
        return all.indices.filter(chosen.contains).map { all[$0] }
    }
}
