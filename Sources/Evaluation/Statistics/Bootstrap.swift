/// Percentile bootstrap over groups of numbers that are drawn together.
struct Bootstrap: Sendable {
    static let draws = 10_000

    let seed: UInt64

    /// The interval of the mean of all numbers, when whole groups are drawn with replacement.
    func interval(sums: [Double], counts: [Int]) -> Interval {
        var generator = SplitMix64(seed: seed)
        let groups = UInt64(sums.count)
        var means: [Double] = []
        means.reserveCapacity(Self.draws)
        for _ in 0..<Self.draws {
            var sum = 0.0
            var count = 0
            for _ in sums.indices {
                let group = Int(generator.next().multipliedFullWidth(by: groups).high)
                sum += sums[group]
                count += counts[group]
            }
            means.append(sum / Double(count))
        }
        return Self.percentiles(of: means)
    }

    /// The middle 95 % of what the draws gave.
    static func percentiles(of values: [Double]) -> Interval {
        let sorted = values.sorted()
        let tail = (1 - Interval.level) / 2
        return Interval(low: sorted.quantile(tail), high: sorted.quantile(1 - tail), method: .bootstrap)
    }
}
