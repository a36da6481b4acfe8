internal import ArgumentParser
internal import Evaluation
internal import FoundationEssentials
internal import Glibc
internal import Service

/// Carries out a run that was begun or goes on, and concludes it with its reports and exit code.
struct EvalConduct {
    let options: EvalConductOptions
    let output: EvalReportOptions
    let catalog: BenchmarkCatalog
    let model: EvalModelOptions
    /// Runs that may take longer than this are not started without a yes.
    private static let longTime = 600.0

    func run(_ plan: RunPlan, entries: [RunManifest.Part], path: String?, folder: String?) async throws {
        var plan = plan
        plan.tokenBudget = options.budgetTokens?.tokens
        plan.timeBudget = options.budgetTime?.duration
        let stopSwitch = StopSwitch()
        let signals = TerminationSignals()
        Task {
            await signals.next()
            stopSwitch.stop("it was interrupted")
        }
        try await model.withServer(path: path) { server, origin in
            let name = plan.parts.map(\.benchmark.name).joined(separator: "-")
            let session = try await RunSession(
                plan, entries: entries, server: server, folder: folder, defaultFolder: "eval-\(name)",
                concurrency: model.concurrency, origin: origin.json, apus: Version.text,
                now: Date.now.formatted(.iso8601))
            if !options.quiet { tell("\(session.estimate)\nFolder: \(session.folder.path)") }
            guard confirmed(session) else { throw ExitCode(3) }
            let reason = try await session.run(stopSwitch: stopSwitch, isQuiet: options.quiet)
            if let reason { tell("The run ended early: \(reason). Started again with the same folder, it goes on.") }
            try conclude(session.folder, isPartial: reason != nil)
        }
    }

    private func confirmed(_ session: RunSession) -> Bool {
        let isBounded = options.budgetTokens != nil || options.budgetTime != nil
        guard !options.yes, !isBounded, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1,
            session.longestTime ?? .infinity > Self.longTime
        else { return true }
        tell("Start? [y/N] ", end: "")
        return readLine()?.lowercased().hasPrefix("y") ?? false
    }

    private func conclude(_ folder: RunFolder, isPartial: Bool) throws {
        let report = try folder.report(catalog, showsQuestions: output.showQuestions)
        output.show(report, of: folder)
        if isPartial || report.isPartial { throw ExitCode(3) }
        guard let score = options.minScore else { return }
        let below = report.benchmarks(below: score)
        guard below.isEmpty else {
            tell("Below --min-score \(score): \(below.joined(separator: ", "))")
            throw ExitCode(4)
        }
    }

    private func tell(_ text: String, end: String = "\n") {
        var text = text + end
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
