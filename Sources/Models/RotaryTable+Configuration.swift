import Checkpoints
import Compute

extension RotaryTable {
    /// The angles that the configuration asks for.
    convenience init(_ rope: RopeConfiguration) {
        let pairing: Pairing =
            switch rope.pairing {
            case .halves: .halves
            case .adjacent: .adjacent
            }
        let plain = RotaryFrequencies(dimension: rope.dimension, base: rope.theta)
        switch rope.scaling {
        case .none:
            self.init(plain, pairing: pairing)
        case .divisors(let divisors):
            self.init(plain.divided(by: divisors), pairing: pairing)
        case .llama3(let scaling):
            self.init(
                plain.scaledAsLlama3(
                    factor: scaling.factor, lowFrequencyFactor: scaling.lowFrequencyFactor,
                    highFrequencyFactor: scaling.highFrequencyFactor, originalContext: scaling.originalContext),
                pairing: pairing)
        case .yarn(let scaling):
            self.init(
                plain.scaledAsYarn(
                    base: rope.theta, factor: scaling.factor, betaFast: scaling.betaFast,
                    betaSlow: scaling.betaSlow, originalContext: scaling.originalContext),
                pairing: pairing, factor: scaling.rotationFactor)
        }
    }
}
