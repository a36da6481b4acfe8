/// The permutation test of paired differences: under the null hypothesis each could as well have the other sign.
enum SignFlipTest {
    /// Up to this many differences other than 0, all sign patterns are counted; above, 10,000 random ones.
    static let exactLimit = 20
    static let draws = 10_000

    /// The share of sign patterns whose sum is at least as far from 0 as the one seen.
    /// - Parameter differences: one of each independent group.
    static func p(_ differences: [Double], seed: UInt64) -> Double {
        let values = differences.filter { $0 != 0 }
        guard !values.isEmpty else { return 1 }
        let scale = values.reduce(0) { $0 + $1.magnitude }
        // Sums that are equal in exact arithmetic count as equal.
        let threshold = values.reduce(0, +).magnitude - scale * 1e-12
        return values.count <= exactLimit ? exact(values, threshold) : sampled(values, threshold, seed)
    }

    /// Goes through the patterns in Gray code, one flip a step. The last sign stays: the other half mirrors this one.
    private static func exact(_ values: [Double], _ threshold: Double) -> Double {
        let patterns = 1 << (values.count - 1)
        var signed = values
        var sum = values.reduce(0, +)
        var extreme = 1
        for pattern in 1..<max(patterns, 1) {
            let position = pattern.trailingZeroBitCount
            signed[position] = -signed[position]
            sum += 2 * signed[position]
            if sum.magnitude >= threshold { extreme += 1 }
        }
        return Double(extreme) / Double(patterns)
    }

    /// The pattern seen counts as one of those drawn, so that p is never 0.
    private static func sampled(_ values: [Double], _ threshold: Double, _ seed: UInt64) -> Double {
        var generator = SplitMix64(seed: seed)
        var extreme = 1
        for _ in 0..<draws {
            var sum = 0.0
            var bits: UInt64 = 0
            for (position, value) in values.enumerated() {
                if position & 63 == 0 { bits = generator.next() }
                sum += bits & 1 == 0 ? value : -value
                bits >>= 1
            }
            if sum.magnitude >= threshold { extreme += 1 }
        }
        return Double(extreme) / Double(draws + 1)
    }
}
