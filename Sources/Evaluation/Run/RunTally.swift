/// A benchmark's figures while its run goes on.
struct RunTally: Sendable {
    private struct Row: Sendable {
        var count = 0
        var sum = 0.0
        var squares = 0.0
        var tokens = 0
    }

    /// Samples that are asked for.
    let total: Int
    private let samplesPerQuestion: Int
    private let prior: Double
    private let maxTokens: Double
    private var rows: [String: Row] = [:]
    private(set) var done = 0
    private(set) var truncated = 0
    private(set) var errors = 0
    private(set) var tokens = 0
    private let questionCount: Int

    init(_ part: RunPlan.Part, maxTokens: Int) {
        total = part.count
        samplesPerQuestion = part.samples
        questionCount = part.questions.count
        prior = part.benchmark.expectedTokens
        self.maxTokens = Double(maxTokens)
    }

    mutating func add(_ sample: Sample) {
        guard sample.error == nil else {
            errors += 1
            return
        }
        done += 1
        truncated += sample.isTruncated ? 1 : 0
        tokens += sample.completionTokens
        var row = rows[sample.question, default: Row()]
        row.count += 1
        row.sum += sample.score
        row.squares += sample.score * sample.score
        row.tokens += sample.completionTokens
        rows[sample.question] = row
    }

    /// The mean over questions of the mean over samples; nil before the first.
    var passAt1: Double? {
        rows.isEmpty ? nil : rows.values.reduce(0) { $0 + $1.sum / Double($1.count) } / Double(rows.count)
    }

    /// The standard error of `passAt1` under new samples of the same questions; nil where no question has two.
    var rerunError: Double? {
        guard rows.values.contains(where: { $0.count > 1 }) else { return nil }
        let variance = rows.values.reduce(0) { sum, row in
            guard row.count > 1 else { return sum }
            let (count, mean) = (Double(row.count), row.sum / Double(row.count))
            return sum + max(0, row.squares / count - mean * mean) / (count - 1)
        }
        return variance.squareRoot() / Double(rows.count)
    }

    /// Mean tokens of each question that has samples.
    var meanTokens: [String: Double] { rows.mapValues { Double($0.tokens) / Double($0.count) } }

    /// Tokens that the missing samples are expected to take: each question's mean, drawn towards the benchmark's, which is
    /// drawn towards what was expected before.
    var expectedRest: Double {
        let mean = (2 * prior + Double(tokens)) / Double(2 + done)
        let fresh = Double((questionCount - rows.count) * samplesPerQuestion) * min(mean, maxTokens)
        return rows.values.reduce(fresh) { sum, row in
            let own = (2 * mean + Double(row.tokens)) / Double(2 + row.count)
            return sum + Double(max(0, samplesPerQuestion - row.count)) * min(own, maxTokens)
        }
    }
}
