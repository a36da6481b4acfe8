/// A question with those of its samples that count.
struct QuestionOutcome: Sendable {
    let question: Question
    /// By index, one each; those with an error or without a verdict are not among them.
    let samples: [Sample]

    var scores: [Double] { samples.map(\.score) }
    /// nil without a sample.
    var mean: Double? { samples.isEmpty ? nil : scores.mean }

    func count(_ outcome: Outcome) -> Int { samples.count { $0.outcome == outcome } }

    /// A run's questions in their order, each with its samples.
    static func all(_ run: Run.BenchmarkRun) -> [QuestionOutcome] {
        var samples: [String: [Int: Sample]] = [:]
        for sample in run.samples where sample.outcome != nil {
            samples[sample.question, default: [:]][sample.index] = sample
        }
        return run.questions.map { question in
            let own = samples[question.id, default: [:]].sorted { $0.key < $1.key }
            return QuestionOutcome(question: question, samples: own.map(\.value))
        }
    }
}
