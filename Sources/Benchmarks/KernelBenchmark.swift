internal import Compute
internal import Service

/// What each format's products reach of the machine's limits: reading for one row, arithmetic for many.
package enum KernelBenchmark {
    /// A feed-forward matrix of R1-Distill-Qwen-1.5B.
    private static let outputs = 8960, inputs = 1536
    private static let rowCounts = [1, 4, 16, 128, 512]
    /// Weights that are cycled through, so that none is in a cache when it is used again.
    private static let residentBytes = 192 << 20

    /// Throws for an instruction set that this machine lacks and memory that cannot be had.
    package static func run(threads: Int, seconds: Double = 0.25) throws -> BenchmarkReport {
        let processor = try Processor(threads: threads)
        let limits = try MachineLimits.measure(threads: threads)
        let progress = ProgressLine(label: "Measuring")
        var report = BenchmarkReport()
        report.heading("Kernel Benchmark Result")
        report.line("Threads:", threads)
        report.line("Read bandwidth, measured (GB/s):", limits.readGBPerSecond)
        report.line("int8 peak, measured (GOP/s):", limits.int8GOPPerSecond, decimals: 0)
        report.line("f32 peak, measured (GOP/s):", limits.f32GOPPerSecond, decimals: 0)
        report.text(
            "Products with a matrix of \(outputs) x \(inputs); one row: % of the read bandwidth, more: % of the")
        report.text("int8 peak (block formats) or the f32 peak.")
        report.row("format", rowCounts.map { "\($0) row\($0 == 1 ? "" : "s")" })
        let formats = ElementFormat.allCases.filter { $0 != .f8e4m3 }
        for (index, format) in formats.enumerated() {
            let fractions = fractions(of: format, on: processor, limits: limits, seconds: seconds)
            report.row(format.rawValue, fractions.map { BenchmarkReport.fixed($0 * 100, 1) })
            report.figure(format.rawValue, fractions)
            progress.show(Double(index + 1) / Double(formats.count))
        }
        progress.clear()
        return report
    }

    private static func fractions(
        of format: ElementFormat, on processor: Processor, limits: MachineLimits, seconds: Double
    ) -> [Double] {
        let matrices = Matrix.synthetic(
            outputs: outputs, inputs: inputs, format: format, totalBytes: residentBytes, on: processor)
        return rowCounts.map { rows in
            let input = Tensor(rows: rows, columns: inputs), output = Tensor(rows: rows, columns: outputs)
            for row in 0..<rows {
                input.withMutableRow(row) { values in
                    for column in 0..<inputs { values[column] = Float((row * 31 + column * 17) % 255 - 127) / 127 }
                }
            }
            let time = fastest(within: seconds) { round in
                processor.project(Projection(matrices[round % matrices.count], of: input, into: output))
            }
            if rows == 1 { return Double(matrices[0].byteCount) / time / (limits.readGBPerSecond * 1e9) }
            let peak = format.isBlocked ? limits.int8GOPPerSecond : limits.f32GOPPerSecond
            return 2 * Double(rows * outputs * inputs) / time / (peak * 1e9)
        }
    }

    /// Seconds of the fastest of the rounds that fit into the time, at least three.
    private static func fastest(within seconds: Double, _ body: (_ round: Int) -> Void) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var best = Double.infinity
        var round = 0
        while round < 3 || (clock.now - start) / .seconds(1) < seconds {
            best = min(best, clock.measure { body(round) } / .seconds(1))
            round += 1
        }
        return best
    }
}
