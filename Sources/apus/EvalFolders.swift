internal import ArgumentParser
internal import Evaluation

struct EvalList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Names the benchmarks.")

    func run() throws {
        let all = BenchmarkCatalog().all
        let width = all.map(\.name.count).max() ?? 0
        for benchmark in all {
            print(benchmark.name + String(repeating: " ", count: width + 2 - benchmark.name.count) + benchmark.title)
        }
    }
}

struct EvalShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tells a benchmark's data, samples, grader and published scores.")

    @Argument(help: "Benchmark.")
    var benchmark: String

    func run() throws {
        print(try BenchmarkCatalog().benchmark(benchmark).explanation)
    }
}

struct EvalRegrade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regrade", abstract: "Grades a run's answers again, without a model.")

    @Argument(help: "Folder of the run.")
    var run: String

    @OptionGroup var conduct: EvalConductOptions

    func run() async throws {
        let run = try await RunFolder(run).regrade(try conduct.catalog())
        for part in run.benchmarks { print(part.summary) }
    }
}
