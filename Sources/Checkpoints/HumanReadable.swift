/// Numbers for people: decimal units, three significant digits.
package enum HumanReadable {
    /// `9.68 MB`, `671 GB`.
    package static func bytes(_ count: Int) -> String {
        scaled(count, units: ["B", "kB", "MB", "GB", "TB", "PB"])
    }

    /// `4.83 M`, `671 B`.
    package static func count(_ count: Int) -> String {
        scaled(count, units: ["", "k", "M", "B", "T", "P"])
    }

    /// `163,840`.
    package static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return (number < 0 ? "-" : "") + String(digits)
    }

    private static func scaled(_ count: Int, units: [String]) -> String {
        var value = Double(count)
        var unit = 0
        while abs(value) >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return units[0].isEmpty ? "\(count)" : "\(count) \(units[0])" }
        let decimals = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
        return "\(fixed(value, decimals)) \(units[unit])"
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        var power = 1
        for _ in 0..<decimals { power *= 10 }
        let scaled = Int((value * Double(power)).rounded())
        guard decimals > 0 else { return "\(scaled)" }
        let fraction = String(scaled.magnitude % UInt(power))
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / UInt(power)).\(zeros)\(fraction)"
    }
}
