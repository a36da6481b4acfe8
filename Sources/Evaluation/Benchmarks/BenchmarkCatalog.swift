/// The benchmarks by name, with the judge that some of them ask.
package struct BenchmarkCatalog: Sendable {
    package var judge: (any Judge)?

    package init() {}

    package var all: [Benchmark] { [.builtin] + Benchmark.all(judge: judge) }

    package func benchmark(_ name: String) throws -> Benchmark {
        guard let benchmark = all.first(where: { $0.name == name }) else {
            throw EvaluationError(
                "There is no benchmark \"\(name)\"", "choose from " + all.map(\.name).joined(separator: ", "))
        }
        return benchmark
    }
}
