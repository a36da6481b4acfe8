extension Report {
    /// The benchmarks whose pass@1 is below a score by more than chance explains: below it with the upper end of what
    /// further samples of the same questions would give (95 %), or with the score itself where that is unknown.
    ///
    /// - Parameter percent: the score, from 0 to 100.
    package func benchmarks(below percent: Double) -> [String] {
        benchmarks.filter { summary in
            guard let score = summary.score else { return false }
            return 100 * (score.rerunInterval?.high ?? score.passAt1) < percent
        }.map(\.benchmark.name)
    }
}
