internal import Service

/// Requests submitted all at once, as `vllm bench throughput` measures it.
///
/// Prefill and decode overlap in such a run, so their rates come from one batch that is run before it.
package enum ThroughputBenchmark {
    /// Throws what loading the model or the engine throws.
    package static func run(
        _ plan: BenchmarkPlan, batchSize: Int, prompts: Int
    ) async throws -> BenchmarkReport {
        var subject = try BenchmarkSubject(plan, batchSize: batchSize)
        let single = try await subject.run(plan, count: batchSize)
        let batch = try await subject.run(plan, count: prompts)

        let inputTokens = prompts * plan.inputLength
        var report = BenchmarkReport()
        report.heading("Throughput Benchmark Result")
        report.line("Requests:", prompts)
        report.line("Total prompt tokens:", inputTokens)
        report.line("Total output tokens:", batch.tokens)
        report.line("Duration (s):", batch.total)
        report.line("Request throughput (req/s):", Double(prompts) / batch.total)
        report.line("Output token throughput (tok/s):", Double(batch.tokens) / batch.total)
        report.line("Total token throughput (tok/s):", Double(inputTokens + batch.tokens) / batch.total)
        report.figure("elapsed_time", batch.total)
        report.figure("num_requests", prompts)
        report.figure("total_num_tokens", inputTokens + batch.tokens)
        report.figure("requests_per_second", Double(prompts) / batch.total)
        report.figure("tokens_per_second", Double(inputTokens + batch.tokens) / batch.total)
        report.figure("output_tokens_per_second", Double(batch.tokens) / batch.total)
        report.figure("batch_size", batchSize)
        report.add(subject.rates([single], plan, count: batchSize), of: subject)
        return report
    }
}
