internal import RealModule

/// Student's t distribution.
struct StudentT: Sendable {
    /// Above 0.
    let degreesOfFreedom: Double

    func cumulative(_ value: Double) -> Double {
        let tail = twoSidedP(value) / 2
        return value < 0 ? tail : 1 - tail
    }

    /// The probability of a value at least as far from 0.
    func twoSidedP(_ value: Double) -> Double {
        let square = value * value
        guard square.isFinite else { return value.isNaN ? .nan : 0 }
        let sum = degreesOfFreedom + square
        return IncompleteBeta.value(degreesOfFreedom / sum, complement: square / sum, degreesOfFreedom / 2, 0.5)
    }

    /// The value below which `probability` lies: Newton's method inside a bracket that bisection narrows.
    func quantile(_ probability: Double) -> Double {
        guard probability > 0, probability < 1 else { return probability <= 0 ? -.infinity : .infinity }
        if probability < 0.5 { return -quantile(1 - probability) }
        if probability == 0.5 { return 0 }
        let half = degreesOfFreedom / 2
        let logScale =
            Double.logGamma(half + 0.5) - Double.logGamma(half) - Double.log(degreesOfFreedom * Double.pi) / 2
        var low = 0.0
        var high = 2.0
        while cumulative(high) < probability { high *= 2 }
        var value = (low + high) / 2
        for _ in 0..<200 {
            let excess = cumulative(value) - probability
            if excess > 0 { high = value } else { low = value }
            let logDensity = logScale - (half + 0.5) * Double.log(onePlus: value * value / degreesOfFreedom)
            var next = value - excess / Double.exp(logDensity)
            if next <= low || next >= high { next = (low + high) / 2 }
            if (next - value).magnitude <= 1e-15 * value { break }
            value = next
        }
        return value
    }
}
