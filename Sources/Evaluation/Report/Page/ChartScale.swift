internal import RealModule

/// Maps values of an axis to a drawing, with round ticks.
struct ChartScale {
    let low: Double
    let high: Double
    let start: Double
    let end: Double

    func callAsFunction(_ value: Double) -> Double { start + (value - low) / (high - low) * (end - start) }

    /// About `count` round values from `low` to `high`.
    func ticks(_ count: Int) -> [Double] {
        let step = Self.roundStep((high - low) / Double(count))
        let first = Int((low / step).rounded(.up))
        let last = Int((high / step + 1e-9).rounded(.down))
        return first > last ? [] : (first...last).map { Double($0) * step }
    }

    /// The smallest of 1, 2 and 5 times a power of ten that is not below.
    static func roundStep(_ value: Double) -> Double {
        guard value > 0 else { return 1 }
        let power = Double.exp10(Double.log10(value).rounded(.down))
        return power * ([1, 2, 5, 10].first { $0 * power >= value * (1 - 1e-9) } ?? 10)
    }
}
