/// What Prometheus is told about a metric.
struct MetricDescription: Sendable {
    let name: String
    let help: String
    let type: String
    let labels: [String]

    func writeHeader(to text: inout String) {
        text += "# HELP \(name) \(Self.escape(help, quotationMarks: false))\n# TYPE \(name) \(type)\n"
    }

    /// - Parameters:
    ///   - suffix: such as `_bucket`.
    ///   - extra: a label beyond the metric's own.
    func writeSample(
        _ value: Double, labels values: [String], suffix: String = "", extra: (String, String)? = nil,
        to text: inout String
    ) {
        text += name + suffix
        var pairs = zip(labels, values).map { ($0, $1) }
        if let extra { pairs.append(extra) }
        if !pairs.isEmpty {
            let list = pairs.map { "\($0)=\"\(Self.escape($1, quotationMarks: true))\"" }
            text += "{" + list.joined(separator: ",") + "}"
        }
        text += " " + Self.number(value) + "\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value.description
    }

    private static func escape(_ text: String, quotationMarks: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotationMarks: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
