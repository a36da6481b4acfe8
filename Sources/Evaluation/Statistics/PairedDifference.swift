/// How two runs differ on the questions that both answered.
struct PairedDifference: Sendable {
    /// Of each question, the first run's mean less the second's.
    let differences: [Double]
    let mean: Double
    /// The standard error with the questions as a sample of many, clustered; nil for a single group.
    let questionError: Double?
    /// With the questions fixed; nil where a run has no question with two samples.
    let rerunError: Double?
    let interval: Interval?
    /// Of Student's t.
    let tP: Double?
    /// Where both runs have one sample of 0 or 1 for each question.
    let mcNemarP: Double?
    /// That the runs differ by the margin or more: below 0.05 they are equivalent within it.
    let equivalenceP: Double?
    /// Questions whose scores are not independent, by their place in `differences`.
    private let groups: [[Int]]

    /// nil where no question has samples of both.
    /// - Parameters:
    ///   - samples: scores of each question, in the same order for both.
    ///   - margin: the difference that still counts as the same, as a fraction of 1.
    init?(_ first: [[Double]], _ second: [[Double]], clusters: [String?], margin: Double) {
        let shared = first.indices.filter { !first[$0].isEmpty && !second[$0].isEmpty }
        let clusters = shared.map { clusters[$0] }
        guard let one = Score(samples: shared.map { first[$0] }, clusters: clusters),
            let other = Score(samples: shared.map { second[$0] }, clusters: clusters)
        else { return nil }
        let differences = zip(one.means, other.means).map { $0 - $1 }
        let groups = one.groups
        let mean = differences.mean
        let error = Score.clusteredError(of: differences, groups: groups)
        self.differences = differences
        self.groups = groups
        self.mean = mean
        questionError = error
        if let left = one.rerunError, let right = other.rerunError {
            rerunError = (left * left + right * right).squareRoot()
        } else {
            rerunError = nil
        }
        let t = StudentT(degreesOfFreedom: Double(groups.count - 1))
        interval = error.map {
            Interval(mean, plusMinus: t.quantile(0.5 + Interval.level / 2) * $0, method: .t)
        }
        tP = error.map { mean == 0 ? 1 : t.twoSidedP(mean / $0) }
        let isSingle = (one.counts + other.counts).allSatisfy { $0 == 1 } && one.isBinary && other.isBinary
        mcNemarP =
            isSingle
            ? ExactTests.mcNemar(
                onlyFirst: differences.count { $0 > 0 }, onlySecond: differences.count { $0 < 0 })
            : nil
        equivalenceP = error.map { Self.equivalenceP(mean: mean, error: $0, margin: margin, t) }
    }

    /// Of the sign-flip test.
    func permutationP(seed: UInt64) -> Double {
        SignFlipTest.p(groups.map { group in group.reduce(0) { $0 + differences[$1] } }, seed: seed)
    }

    /// The larger p of two one-sided tests (Schuirmann 1987): that the difference is above -margin, and below margin.
    static func equivalenceP(mean: Double, error: Double, margin: Double, _ t: StudentT) -> Double {
        let distance = margin - mean.magnitude
        if error == 0 { return distance > 0 ? 0 : 1 }
        return 1 - t.cumulative(distance / error)
    }
}
