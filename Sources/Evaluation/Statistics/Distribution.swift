/// Counts of tokens.
struct Distribution: Sendable, Equatable {
    let count: Int
    let mean: Double
    let median: Double
    let p90: Double
    let p99: Double
    let maximum: Int

    /// nil for none.
    init?(_ values: [Int]) {
        guard let maximum = values.max() else { return nil }
        let sorted = values.sorted().map(Double.init)
        count = values.count
        mean = sorted.mean
        median = sorted.quantile(0.5)
        p90 = sorted.quantile(0.9)
        p99 = sorted.quantile(0.99)
        self.maximum = maximum
    }
}
