extension Run.BenchmarkRun {
    package var summary: String {
        "\(benchmark.name) \(samples.reduce(0) { $0 + $1.score } / Double(max(1, samples.count)))"
    }
}
