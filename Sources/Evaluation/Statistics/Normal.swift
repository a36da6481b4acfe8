internal import RealModule

/// The standard normal distribution.
enum Normal {
    static func cumulative(_ value: Double) -> Double {
        0.5 * Double.erfc(-value / 2.0.squareRoot())
    }

    /// The probability of a value at least as far from 0.
    static func twoSidedP(_ value: Double) -> Double { Double.erfc(value.magnitude / 2.0.squareRoot()) }

    /// The value below which `probability` lies: Abramowitz and Stegun 26.2.23, refined by Halley's method.
    static func quantile(_ probability: Double) -> Double {
        guard probability > 0, probability < 1 else { return probability <= 0 ? -.infinity : .infinity }
        if probability > 0.5 { return -quantile(1 - probability) }
        let root = (-2 * Double.log(probability)).squareRoot()
        let numerator = 2.515517 + root * (0.802853 + root * 0.010328)
        let denominator = 1 + root * (1.432788 + root * (0.189269 + root * 0.001308))
        var value = numerator / denominator - root
        for _ in 0..<3 {
            let density = Double.exp(-value * value / 2) / (2 * Double.pi).squareRoot()
            let step = (cumulative(value) - probability) / density
            value -= step / (1 + value * step / 2)
        }
        return value
    }
}
