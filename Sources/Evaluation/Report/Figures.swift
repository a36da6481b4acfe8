internal import RealModule

/// Numbers as people read them.
enum Figures {
    /// With as many decimals as asked for, rounded half away from 0; never "-0.0".
    static func fixed(_ value: Double, _ decimals: Int = 1) -> String {
        guard value.isFinite else { return value.isNaN ? "—" : value < 0 ? "−∞" : "∞" }
        let power = Double.pow(10, decimals)
        let scaled = Int((value.magnitude * power).rounded())
        let digits = String(scaled)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled != 0 ? "-" : ""
        return decimals == 0 ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    /// A fraction in percent, without the sign: `55.5`.
    static func percent(_ fraction: Double, _ decimals: Int = 1) -> String { fixed(fraction * 100, decimals) }

    /// With its plus: `+1.4`.
    static func signedPercent(_ fraction: Double) -> String {
        let text = percent(fraction)
        return text.hasPrefix("-") || text == "0.0" ? text : "+" + text
    }

    static func range(_ interval: Interval) -> String { "\(percent(interval.low))–\(percent(interval.high))" }

    static func signedRange(_ interval: Interval) -> String {
        "\(signedPercent(interval.low)) to \(signedPercent(interval.high))"
    }

    /// A half width at 95 % from a standard error.
    static func plusMinus(_ error: Double) -> String {
        "±\(percent(Normal.quantile(0.5 + Interval.level / 2) * error))"
    }

    /// `0.032`, or `< 0.001`.
    static func probability(_ value: Double) -> String { value < 0.001 ? "<\u{A0}0.001" : fixed(value, 3) }

    /// `12,672`.
    static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }
        return (value < 0 ? "-" : "") + grouped.joined()
    }

    static func count(_ value: Double) -> String { count(Int(value.rounded())) }

    /// `16.9k`, `24.9M`; below a thousand as it is.
    static func short(_ value: Double) -> String {
        switch value {
        case ..<1000: count(value)
        case ..<999_500: threeDigits(value / 1000) + "k"
        default: threeDigits(value / 1_000_000) + "M"
        }
    }

    private static func threeDigits(_ value: Double) -> String {
        let text = fixed(value, value < 99.95 ? 1 : 0)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A part of all with its share: `12 (0.6 %)`.
    static func share(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "0" : "\(count(part)) (\(percent(Double(part) / Double(whole))) %)"
    }

    static func plural(_ count: Int, _ noun: String) -> String {
        "\(self.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
