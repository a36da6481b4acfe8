/// A 95 % confidence interval of a score.
struct Interval: Sendable, Equatable {
    enum Method: String, Sendable {
        case bootstrap, normal, t, wilson
    }

    static let level = 0.95

    var low: Double
    var high: Double
    var method: Method

    init(low: Double, high: Double, method: Method) {
        self.low = low
        self.high = high
        self.method = method
    }

    /// Symmetric around a centre.
    init(_ center: Double, plusMinus margin: Double, method: Method) {
        self.init(low: center - margin, high: center + margin, method: method)
    }

    /// Of a share, from single outcomes: Wilson 1927.
    init(successes: Double, of count: Int) {
        let z = Normal.quantile(0.5 + Self.level / 2)
        let n = Double(count)
        let share = successes / n
        let center = (share + z * z / (2 * n)) / (1 + z * z / n)
        let margin = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        self = Interval(center, plusMinus: margin, method: .wilson).clipped
    }

    /// Cut at 0 and 1.
    var clipped: Interval {
        Interval(low: min(max(low, 0), 1), high: min(max(high, 0), 1), method: method)
    }
}
