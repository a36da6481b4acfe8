/// Measured values and their order statistics.
struct Samples {
    private let sorted: [Double]

    init(_ values: [Double]) {
        sorted = values.sorted()
    }

    var mean: Double { sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count) }

    var median: Double { percentile(50) }

    /// Linear between the two nearest ranks, as numpy does.
    func percentile(_ percent: Double) -> Double {
        guard let last = sorted.indices.last else { return 0 }
        let rank = percent / 100 * Double(last)
        let below = Int(rank)
        let above = min(below + 1, last)
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - Double(below))
    }
}
