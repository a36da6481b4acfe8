/// Where a score's question error comes from, and what would narrow it.
struct VarianceSplit: Sendable {
    enum Advice: String, Sendable {
        case moreSamples = "more_samples"
        case moreQuestions = "more_questions"
    }

    /// Of single samples around their question's mean.
    let within: Double
    /// Of the questions' true means around the benchmark's: what no number of samples takes away.
    let between: Double
    /// Of the question error's square, the part that more samples would take away: 0 to 1.
    let samplingShare: Double

    /// nil without two questions and, in one of them, two samples.
    init?(_ score: Score) {
        guard let within = score.withinVariance, let total = score.means.sampleVariance else { return nil }
        let noise = zip(score.variances, score.counts).map { ($0 ?? within) / Double($1) }.mean
        self.within = within
        between = max(0, total - noise)
        samplingShare = total > 0 ? min(1, noise / total) : 0
    }

    var advice: Advice { samplingShare > 0.5 ? .moreSamples : .moreQuestions }

    /// The smallest true difference of two runs with this standard error each that a two-sided test at 5 % finds in
    /// four of five cases.
    static func detectableDifference(error: Double) -> Double {
        (Normal.quantile(0.975) + Normal.quantile(0.8)) * 2.0.squareRoot() * error
    }
}
