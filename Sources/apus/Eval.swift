internal import ArgumentParser

struct Eval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores a model on benchmarks as DeepSeek's model card does.",
        discussion: """
            `apus eval aime --data FILE MODEL` runs a benchmark; so does `apus eval run`. Without MODEL and --url the \
            built-in model is asked, and `apus eval builtin` needs no data either. Exits 0 when a run is complete, 3 \
            when it is partial, 4 when a score is below --min-score.
            """,
        subcommands: [
            EvalRun.self, EvalResume.self, EvalList.self, EvalShow.self, EvalRegrade.self, EvalReport.self,
            EvalCompare.self, EvalExport.self,
        ],
        defaultSubcommand: EvalRun.self
    )
}
