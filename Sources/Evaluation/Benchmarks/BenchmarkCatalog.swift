/// The benchmarks by name, with the judge and the sandbox that some of them need.
package struct BenchmarkCatalog: Sendable {
    package var judge: (any Judge)?

    package init() {}

    package func benchmark(_ name: String) throws -> Benchmark {
        guard let benchmark = all.first(where: { $0.name == name }) else {
            throw EvaluationError(
                "There is no benchmark \"\(name)\"", "there are " + all.map(\.name).joined(separator: ", "))
        }
        return benchmark
    }

    /// As `benchmark`, for reading samples that have their verdicts.
    func graded(_ name: String) throws -> Benchmark { try benchmark(name) }

    package var all: [Benchmark] { [.builtin] }
}
