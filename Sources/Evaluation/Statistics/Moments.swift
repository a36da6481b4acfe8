/// Mean, spread and quantiles of numbers.
extension Collection where Element == Double {
    /// Of none, it is not a number.
    var mean: Double { reduce(0, +) / Double(count) }

    /// With n - 1; nil below two numbers.
    var sampleVariance: Double? {
        guard count > 1 else { return nil }
        let center = mean
        return reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(count - 1)
    }
}

extension [Double] {
    /// Of sorted numbers, interpolated between the neighbours, as numpy does by default.
    func quantile(_ fraction: Double) -> Double {
        let position = fraction * Double(count - 1)
        let below = Int(position)
        guard below + 1 < count else { return self[count - 1] }
        return self[below] + (position - Double(below)) * (self[below + 1] - self[below])
    }
}
