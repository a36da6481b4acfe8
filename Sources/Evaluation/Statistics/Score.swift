/// The pass@1 of a benchmark with its two errors: how far it moves when the same questions are asked again, and how far
/// it stands from other questions of their kind.
///
/// A question's score is the mean of its samples; the benchmark's is the mean of its questions', so that unequal numbers
/// of samples weigh nothing. Questions without a sample are left out: they make a run partial, never worse.
/// Errors follow Miller, "Adding Error Bars to Evals" (arXiv 2411.00640).
struct Score: Sendable {
    /// Below this many groups, Student's t stands for the bootstrap, whose intervals are too short there.
    static let bootstrapGroups = 50

    /// Of each question with samples, its samples' mean.
    let means: [Double]
    let counts: [Int]
    /// Of each question, its samples' unbiased variance; nil for a single sample.
    let variances: [Double?]
    /// Indices of questions whose scores are not independent.
    let groups: [[Int]]
    /// Whether every sample scores 0 or 1.
    let isBinary: Bool

    /// nil where no question has a sample.
    /// - Parameter clusters: nil for a question that stands alone.
    init?(samples: [[Double]], clusters: [String?]) {
        let asked = samples.indices.filter { !samples[$0].isEmpty }
        guard !asked.isEmpty else { return nil }
        means = asked.map { samples[$0].mean }
        counts = asked.map { samples[$0].count }
        variances = asked.map { samples[$0].sampleVariance }
        isBinary = asked.allSatisfy { samples[$0].allSatisfy { $0 == 0 || $0 == 1 } }
        var groups: [[Int]] = []
        var known: [String: Int] = [:]
        for (position, question) in asked.enumerated() {
            if let cluster = clusters[question] {
                if let group = known[cluster] {
                    groups[group].append(position)
                    continue
                }
                known[cluster] = groups.count
            }
            groups.append([position])
        }
        self.groups = groups
    }

    var passAt1: Double { means.mean }

    /// The mean of the samples' variances within a question; nil where no question has two samples.
    var withinVariance: Double? {
        let known = variances.compactMap { $0 }
        return known.isEmpty ? nil : known.mean
    }

    /// The standard error with the questions fixed: sqrt(Σ s²ᵢ/kᵢ) / n, which for samples of 0 and 1 is
    /// sqrt(Σ pᵢ(1-pᵢ)/(kᵢ-1)) / n. A question with one sample counts with the others' mean variance.
    var rerunError: Double? {
        guard let withinVariance else { return nil }
        let sum = zip(variances, counts).reduce(0) { $0 + ($1.0 ?? withinVariance) / Double($1.1) }
        return sum.squareRoot() / Double(means.count)
    }

    /// The standard error with the questions as a sample of many, clustered; sd/sqrt(n) where each stands alone.
    var questionError: Double? {
        Self.clusteredError(of: means, groups: groups)
    }

    /// sqrt(G/(G-1) Σ_g (Σ_{i in g} (xᵢ - x̄))²) / n; nil for a single group.
    static func clusteredError(of values: [Double], groups: [[Int]]) -> Double? {
        guard groups.count > 1 else { return nil }
        let center = values.mean
        let sum = groups.reduce(0) { total, group in
            let deviation = group.reduce(0) { $0 + values[$1] - center }
            return total + deviation * deviation
        }
        let number = Double(groups.count)
        return (sum * number / (number - 1)).squareRoot() / Double(values.count)
    }

    var rerunInterval: Interval? {
        rerunError.map {
            Interval(passAt1, plusMinus: Normal.quantile(0.5 + Interval.level / 2) * $0, method: .normal).clipped
        }
    }

    /// Wilson's for single outcomes and where all questions agree, t's for few groups, else the bootstrap's.
    func questionInterval(seed: UInt64) -> Interval? {
        let isSingle = counts.allSatisfy { $0 == 1 } && groups.count == means.count
        let isConstant = means.allSatisfy { $0 == means[0] } && (means[0] == 0 || means[0] == 1)
        if isBinary, isSingle || isConstant {
            let number = isSingle ? means.count : groups.count
            return Interval(successes: passAt1 * Double(number), of: number)
        }
        guard let questionError else { return nil }
        if groups.count < Self.bootstrapGroups {
            let t = StudentT(degreesOfFreedom: Double(groups.count - 1)).quantile(0.5 + Interval.level / 2)
            return Interval(passAt1, plusMinus: t * questionError, method: .t).clipped
        }
        let sums = groups.map { group in group.reduce(0) { $0 + means[$1] } }
        return Bootstrap(seed: seed).interval(sums: sums, counts: groups.map(\.count)).clipped
    }
}
