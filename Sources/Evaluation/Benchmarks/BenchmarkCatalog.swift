/// The benchmarks by name, with the judge that some of them ask and the sandbox that one runs code in.
package struct BenchmarkCatalog: Sendable {
    package var judge: (any Judge)?
    package var sandbox: PythonSandbox?
    /// First and last day of the contests whose problems LiveCodeBench asks; those of the model card.
    package var contests = (from: "2024-08-01", to: "2025-01-31")

    package init() {}

    package var all: [Benchmark] {
        [.builtin] + Benchmark.all(judge: judge)
            + [.liveCodeBench(sandbox: sandbox, from: contests.from, to: contests.to)]
    }

    package func benchmark(_ name: String) throws -> Benchmark {
        guard let benchmark = all.first(where: { $0.name == name }) else {
            throw EvaluationError(
                "There is no benchmark \"\(name)\"", "choose from " + all.map(\.name).joined(separator: ", "))
        }
        return benchmark
    }
}
