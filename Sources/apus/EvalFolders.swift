internal import ArgumentParser
internal import Evaluation
internal import JSON

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
        commandName: "regrade", abstract: "Grades a run's answers again, without its model.")

    @Argument(help: "Folder of the run.")
    var path: String

    @OptionGroup var judge: EvalJudgeOptions

    @OptionGroup var output: EvalReportOptions

    func run() async throws {
        let folder = RunFolder(path)
        let catalog = try judge.catalog()
        try await folder.regrade(catalog)
        output.show(try folder.report(catalog, showsQuestions: output.showQuestions), of: folder)
    }
}

struct EvalReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Reports on a run's samples, also while it goes on.")

    @Argument(help: "Folder of the run.")
    var path: String

    @OptionGroup var output: EvalReportOptions

    func run() throws {
        let folder = RunFolder(path)
        output.show(try folder.report(BenchmarkCatalog(), showsQuestions: output.showQuestions), of: folder)
    }
}

struct EvalCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Tells whether two runs differ: paired on questions.",
        discussion: "Exits 1 where a benchmark of both was not asked, read or graded in the same way.")

    @Argument(help: "Folder of one run.")
    var first: String

    @Argument(help: "Folder of the other.")
    var second: String

    @Option(help: "Difference in percent that still counts as the same.")
    var margin = 1.0

    @Flag(help: "Compare also where prompts, data or graders differ.")
    var force = false

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var printsJSON = false

    func validate() throws {
        guard 0...100 ~= margin else { throw ValidationError("--margin must be from 0 to 100, not \(margin).") }
    }

    func run() throws {
        let catalog = BenchmarkCatalog()
        let comparison = Comparison(
            try RunFolder(first).load(catalog), try RunFolder(second).load(catalog), margin: margin / 100,
            isForced: force)
        print(printsJSON ? comparison.json.serialized(pretty: true) : comparison.markdown)
        if comparison.isRefused { throw ExitCode.failure }
    }
}

struct EvalExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a run's answers as a benchmark's own harness reads them.",
        discussion: """
            lcb: LiveCodeBench's custom_evaluator; swe: SWE-bench's predictions, the last diff of each answer; alpaca: \
            AlpacaEval's model outputs; arena: Arena-Hard's answers. Reasoning is left out.
            """)

    @Argument(help: "lcb, swe, alpaca or arena.")
    var format: AnswerExport

    @Argument(help: "Folder of the run.")
    var path: String

    func run() throws {
        print(format.text(try RunFolder(path).load(BenchmarkCatalog())), terminator: "")
    }
}

/// How a report is shown.
struct EvalReportOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print the report as JSON.")
    var printsJSON = false

    @Flag(help: "Show texts also of benchmarks whose authors ask that they stay out of plain view.")
    var showQuestions = false

    func show(_ report: Report, of folder: RunFolder) {
        if printsJSON { return print(report.json.serialized(pretty: true)) }
        print(report.markdown)
        print("Page: \(folder.file("report.html"))")
    }
}

extension AnswerExport: ExpressibleByArgument {}
