internal import RealModule

/// The regularised incomplete beta function I_x(a, b), from which Student's t and the binomial distribution follow.
enum IncompleteBeta {
    /// - Parameter complement: 1 - x, given apart so that it keeps its digits where x is near 1.
    static func value(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard complement > 0 else { return 1 }
        // The continued fraction converges fast below the mean only.
        if x > (a + 1) / (a + b + 2) {
            return 1 - value(complement, complement: x, b, a)
        }
        let logBeta = Double.logGamma(a) + Double.logGamma(b) - Double.logGamma(a + b)
        let factor = Double.exp(a * Double.log(x) + b * Double.log(complement) - logBeta)
        return factor * continuedFraction(x, a, b) / a
    }

    /// Lentz's evaluation of DLMF 8.17.22.
    private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func nonZero(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
        var upper = 1.0
        var lower = 1 / nonZero(1 - (a + b) * x / (a + 1))
        var product = lower
        for step in 1...100_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            lower = 1 / nonZero(1 + even * lower)
            upper = nonZero(1 + even / upper)
            product *= lower * upper
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            lower = 1 / nonZero(1 + odd * lower)
            upper = nonZero(1 + odd / upper)
            let change = lower * upper
            product *= change
            if (change - 1).magnitude < 1e-16 { break }
        }
        return product
    }
}
