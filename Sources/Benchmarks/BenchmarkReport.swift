internal import Compute
package import JSON

/// A benchmark's figures: as text for people and as JSON for programs.
package struct BenchmarkReport: Sendable {
    private(set) package var text = ""
    private(set) package var figures = JSONObject()

    init() {}

    /// A centred heading.
    mutating func heading(_ title: String, fill: Character = "=") {
        let width = 60
        let rest = max(0, width - title.count - 2)
        let left = String(repeating: fill, count: rest / 2)
        text += "\(left) \(title) \(String(repeating: fill, count: rest - rest / 2))\n"
    }

    /// A line of the text, in vLLM's columns.
    mutating func line(_ label: String, _ value: Double, decimals: Int = 2) {
        text += label + String(repeating: " ", count: max(1, 46 - label.count)) + Self.fixed(value, decimals) + "\n"
    }

    mutating func line(_ label: String, _ value: Int) {
        line(label, Double(value), decimals: 0)
    }

    /// A line as it is.
    mutating func text(_ line: String) { text += line + "\n" }

    /// A row of a table.
    mutating func row(_ name: String, _ cells: [String]) {
        text += name + String(repeating: " ", count: max(1, 12 - name.count))
        text += cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined() + "\n"
    }

    mutating func figure(_ name: String, _ value: Double) { figures[name] = .number(value) }

    mutating func figure(_ name: String, _ value: Int) { figures[name] = .integer(value) }

    mutating func figure(_ name: String, _ values: [Double]) { figures[name] = .array(values.map { .number($0) }) }

    /// The rates of a local benchmark with their limits.
    mutating func add(_ rates: BenchmarkSubject.Rates, of subject: BenchmarkSubject) {
        heading("Rates and limits", fill: "-")
        line("Prefill (tokens/s):", rates.prefillTokensPerSecond)
        line("  of the \(subject.arithmetic) peak (%):", rates.fractionOfArithmeticPeak * 100, decimals: 1)
        line("Decode (tokens/s):", rates.decodeTokensPerSecond)
        line("  of the read bandwidth (%):", rates.fractionOfReadBandwidth * 100, decimals: 1)
        line("Read bandwidth, measured (GB/s):", subject.limits.readGBPerSecond)
        line("\(subject.arithmetic) peak, measured (GOP/s):", subject.arithmeticPeak, decimals: 0)
        line("Weights read per token (MB):", Double(subject.weightBytesPerToken) / 1e6)
        figure("prefill_tokens_per_second", rates.prefillTokensPerSecond)
        figure("decode_tokens_per_second", rates.decodeTokensPerSecond)
        figure("prefill_fraction_of_peak", rates.fractionOfArithmeticPeak)
        figure("decode_fraction_of_bandwidth", rates.fractionOfReadBandwidth)
        figure("read_gb_per_second", subject.limits.readGBPerSecond)
        figure("arithmetic_gop_per_second", subject.arithmeticPeak)
        figure("weight_bytes_per_token", subject.weightBytesPerToken)
        figure("operations_per_prompt_token", subject.operationsPerPromptToken)
        figure("threads", subject.limits.threads)
        figures["model"] = .string(subject.name)
    }

    /// The stages of the steps, as parts of the whole time in seconds; the rest is waiting and scheduling.
    mutating func add(_ times: StageTimes, of total: Double) {
        heading("Where the time goes", fill: "-")
        for stage in StageTimes.Stage.allCases where times[stage] > .zero {
            let seconds = times[stage] / .seconds(1)
            line("\(stage.rawValue) (%):", seconds / total * 100, decimals: 1)
            figure("seconds_\(stage)", seconds)
        }
        let rest = total - times.total / .seconds(1)
        line("waiting and scheduling (%):", rest / total * 100, decimals: 1)
        figure("seconds_waiting", rest)
    }

    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "n/a" }
        var power = 1.0
        for _ in 0..<decimals { power *= 10 }
        let scaled = Int((value.magnitude * power).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int(power))
        return "\(sign)\(scaled / Int(power))." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}
