import Glibc

/// Rotary position embedding: which values turn, and how fast.
package struct RopeConfiguration: Sendable, Hashable {
    /// How frequencies are stretched beyond the trained context.
    package enum Scaling: Sendable, Hashable {
        case none
        case llama3(Llama3)
        case yarn(Yarn)
        /// GGUF's form of Llama 3.1's: what each frequency is divided by, `[dimension / 2]`.
        case divisors([Float])
    }

    /// Which values of a head turn together.
    package enum Pairing: Sendable, Hashable {
        /// `(x[i], x[i + d/2])`: Qwen2 and Llama in Hugging Face's order.
        case halves
        /// `(x[2i], x[2i + 1])`: DeepSeek-V3, and GGUF's Llama, whose query and key rows are permuted for it.
        case adjacent
    }

    /// Llama 3.1's scaling by wavelength.
    package struct Llama3: Sendable, Hashable {
        package let factor: Double
        package let lowFrequencyFactor: Double
        package let highFrequencyFactor: Double
        /// In tokens.
        package let originalContext: Int

        /// What the frequencies are divided by, `[dimension / 2]`, rounded to 32 bits at every step as llama.cpp's
        /// converter does it (conversion/llama.py).
        package func divisors(theta: Double, dimension: Int) -> [Float] {
            let context = Float(originalContext)
            return (0..<dimension / 2).map { index in
                let exponent = Float(2 * index) / Float(dimension)
                let frequency = 1 / Float(pow(Double(Float(theta)), Double(exponent)))
                let wavelength = Float(2 * Double.pi) * (1 / frequency)
                if Double(wavelength) < Double(originalContext) / highFrequencyFactor { return 1 }
                if Double(wavelength) > Double(originalContext) / lowFrequencyFactor { return Float(factor) }
                let kept =
                    (context * (1 / wavelength) - Float(lowFrequencyFactor))
                    / Float(highFrequencyFactor - lowFrequencyFactor)
                return 1 / ((1 - kept) / Float(factor) + kept)
            }
        }
    }

    /// YaRN (arXiv 2309.00071), with the two corrections that DeepSeek-V3 adds.
    package struct Yarn: Sendable, Hashable {
        package let factor: Double
        package let betaFast: Double
        package let betaSlow: Double
        /// In tokens.
        package let originalContext: Int
        package let mscale: Double?
        package let mscaleAllDimensions: Double?
        /// Given outright in place of the formula.
        package let attentionFactor: Double?

        /// What cosines and sines are multiplied by, as transformers computes it.
        package var rotationFactor: Double {
            if let attentionFactor { return attentionFactor }
            guard let mscale, let mscaleAllDimensions, mscale != 0, mscaleAllDimensions != 0 else {
                return correction(1)
            }
            return correction(mscale) / correction(mscaleAllDimensions)
        }

        /// What DeepSeek-V3 multiplies attention scores by: (0.1 mscale_all_dim ln factor + 1)^2.
        package var latentScoreFactor: Double {
            guard let mscaleAllDimensions, mscaleAllDimensions != 0 else { return 1 }
            return correction(mscaleAllDimensions) * correction(mscaleAllDimensions)
        }

        private func correction(_ mscale: Double) -> Double {
            factor <= 1 ? 1 : 0.1 * mscale * log(factor) + 1
        }
    }

    package let theta: Double
    /// Values per head that turn; even.
    package let dimension: Int
    package let scaling: Scaling
    package let pairing: Pairing
}
