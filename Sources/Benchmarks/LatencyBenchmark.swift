internal import Compute
internal import Service

/// The time of one batch from submission to its last token, as `vllm bench latency` measures it.
package enum LatencyBenchmark {
    /// Percentiles that are reported.
    private static let percents = [10, 25, 50, 75, 90, 99]

    /// Throws what loading the model or the engine throws. `breakdown` adds where the time of the steps went.
    package static func run(
        _ plan: BenchmarkPlan, batchSize: Int, warmups: Int, iterations: Int, breakdown: Bool = false
    ) async throws -> BenchmarkReport {
        var subject = try BenchmarkSubject(plan, batchSize: batchSize, keepsStageTimes: breakdown)
        let progress = ProgressLine(label: "Measuring")
        for _ in 0..<warmups { _ = try await subject.run(plan, count: batchSize) }
        subject.clock?.reset()
        var batches: [BenchmarkSubject.Batch] = []
        for iteration in 0..<iterations {
            batches.append(try await subject.run(plan, count: batchSize))
            progress.show(Double(iteration + 1) / Double(iterations))
        }
        progress.clear()

        let latencies = Samples(batches.map(\.total))
        var report = BenchmarkReport()
        report.heading("Latency Benchmark Result")
        report.line("Batch size:", batchSize)
        report.line("Input tokens:", plan.inputLength)
        report.line("Output tokens:", plan.outputLength)
        report.line("Avg latency (s):", latencies.mean, decimals: 4)
        for percent in percents {
            report.line("\(percent)% percentile latency (s):", latencies.percentile(Double(percent)), decimals: 4)
            report.figure("latency_p\(percent)", latencies.percentile(Double(percent)))
        }
        report.figure("avg_latency", latencies.mean)
        report.figure("latencies", batches.map(\.total))
        report.figure("batch_size", batchSize)
        report.figure("input_len", plan.inputLength)
        report.figure("output_len", plan.outputLength)
        report.add(subject.rates(batches, plan, count: batchSize), of: subject)
        if let times = subject.clock?.times {
            report.add(times, of: batches.reduce(0) { $0 + $1.total })
        }
        return report
    }
}
