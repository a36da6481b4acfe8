import Glibc

/// Angles per position of a rotary embedding, one for each pair of dimensions, with the scalings that R1's models use.
package struct RotaryFrequencies: Sendable, Equatable {
    /// Radians per position, `[dimension / 2]`.
    package let frequencies: [Double]

    /// `base^(-2j / dimension)`.
    package init(dimension: Int, base: Double) {
        precondition(dimension > 0 && dimension % 2 == 0, "a rotary dimension of \(dimension)")
        frequencies = (0..<dimension / 2).map { pow(base, -2 * Double($0) / Double(dimension)) }
    }

    private init(_ frequencies: [Double]) { self.frequencies = frequencies }

    /// Llama 3.1's scaling: long waves are slowed by `factor`, short ones kept, those between blended.
    package func scaledAsLlama3(
        factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int
    ) -> Self {
        let context = Double(originalContext)
        return Self(
            frequencies.map { frequency in
                let wavelength = 2 * Double.pi / frequency
                if wavelength < context / highFrequencyFactor { return frequency }
                if wavelength > context / lowFrequencyFactor { return frequency / factor }
                let kept =
                    (context / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
                return (1 - kept) * frequency / factor + kept * frequency
            })
    }

    /// Llama 3.1's scaling as GGUF files hold it: one divisor per frequency.
    package func divided(by divisors: [Float]) -> Self {
        precondition(divisors.count == frequencies.count, "\(divisors.count) divisors")
        return Self(zip(frequencies, divisors).map { $0 / Double($1) })
    }

    /// YaRN (arXiv 2309.00071): a ramp over the dimensions between the untouched fast ones and the slowed slow ones.
    package func scaledAsYarn(
        base: Double, factor: Double, betaFast: Double, betaSlow: Double, originalContext: Int
    ) -> Self {
        let dimension = Double(2 * frequencies.count)
        func correction(_ rotations: Double) -> Double {
            dimension * log(Double(originalContext) / (rotations * 2 * Double.pi)) / (2 * log(base))
        }
        let low = max(correction(betaFast).rounded(.down), 0)
        var high = min(correction(betaSlow).rounded(.up), dimension - 1)
        if low == high { high += 0.001 }
        return Self(
            frequencies.enumerated().map { j, frequency in
                let slowed = min(max((Double(j) - low) / (high - low), 0), 1)
                return frequency / factor * slowed + frequency * (1 - slowed)
            })
    }
}
