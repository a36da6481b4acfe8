/// Numbers as people read them.
enum Figures {
    static func fixed(_ value: Double, _ decimals: Int = 1) -> String {
        guard value.isFinite else { return "—" }
        var power = 1
        for _ in 0..<decimals { power *= 10 }
        let scaled = Int((value.magnitude * Double(power)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % power)
        return sign + "\(scaled / power)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    static func percent(_ fraction: Double, _ decimals: Int = 1) -> String { fixed(fraction * 100, decimals) }

    static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }
        return (value < 0 ? "-" : "") + grouped.joined()
    }

    static func short(_ value: Double) -> String {
        switch value {
        case ..<1000: count(Int(value.rounded()))
        case ..<999_500: "\(fixed(value / 1000, value < 99_950 ? 1 : 0))k"
        default: "\(fixed(value / 1_000_000, value < 99_950_000 ? 1 : 0))M"
        }
    }
}
