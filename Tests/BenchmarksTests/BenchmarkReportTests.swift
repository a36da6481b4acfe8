import JSON
import Testing

@testable import Benchmarks

struct BenchmarkReportTests {
    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (12.3456, 2, "12.35"), (-0.004, 2, "0.00"), (-1.5, 1, "-1.5"),
        (999.999, 2, "1000.00"), (7.0, 0, "7"), (.infinity, 2, "n/a"),
    ])
    func `a line ends in its value with fixed decimals`(value: Double, decimals: Int, text: String) {
        var report = BenchmarkReport()
        report.line("Value:", value, decimals: decimals)
        #expect(report.text == "Value:" + String(repeating: " ", count: 40) + text + "\n")
    }

    @Test func `figures keep their order`() {
        var report = BenchmarkReport()
        report.figure("b", 1)
        report.figure("a", 2.5)
        #expect(JSONValue.object(report.figures).serialized() == #"{"b":1,"a":2.5}"#)
    }
}
