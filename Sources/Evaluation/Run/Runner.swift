import Synchronization

/// Asks for the samples that a run's folder lacks, grades them, and writes each down as it comes.
package struct Runner: Sendable {
    private enum Event: Sendable {
        case workerEnded
        case tick
    }

    private let plan: RunPlan
    private let server: ChatServer
    private let folder: RunFolder
    private let stopSwitch: StopSwitch
    private static let interval = Duration.milliseconds(100)

    package init(_ plan: RunPlan, server: ChatServer, folder: RunFolder, stopSwitch: StopSwitch) {
        self.plan = plan
        self.server = server
        self.folder = folder
        self.stopSwitch = stopSwitch
    }

    /// Returns why the run ended early, or nil when every sample was asked for. What is under way when it ends early is
    /// dropped, to be asked again with the same seed. Throws when the folder cannot be read or written.
    package func run(_ progress: RunProgress) async throws -> String? {
        let log = try folder.openLog()
        let (jobs, tallies) = try remaining()
        guard !jobs.isEmpty else { return nil }
        let queue = SampleQueue(jobs)
        let board = RunBoard(tallies)
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Event.self) { group in
            var working = min(plan.concurrency, jobs.count)
            for _ in 0..<working {
                group.addTask {
                    try await work(queue, log, board)
                    return .workerEnded
                }
            }
            group.addTask { await pause() }
            while working > 0, let event = try await group.next() {
                if case .workerEnded = event {
                    working -= 1
                    continue
                }
                progress.show(board, elapsed: clock.now - start)
                if let limit = plan.tokenBudget, board.spent >= limit { stopSwitch.stop("the token budget is spent") }
                if let limit = plan.timeBudget, clock.now - start >= limit { stopSwitch.stop("the time is up") }
                if stopSwitch.reason == nil {
                    group.addTask { await pause() }
                } else {
                    await queue.stop()
                    group.cancelAll()
                }
            }
            group.cancelAll()
        }
        progress.show(board, elapsed: clock.now - start, isLast: true)
        return stopSwitch.reason
    }

    private func pause() async -> Event {
        try? await Task.sleep(for: Self.interval)
        return .tick
    }

    /// What is missing, in the order of asking, and the figures of what is there.
    private func remaining() throws -> ([SampleQueue.Job], [RunTally]) {
        struct Key: Hashable {
            var question: String
            var index: Int
        }
        let samples = Dictionary(grouping: try folder.readSamples().samples) { $0.benchmark }
        var jobs: [SampleQueue.Job] = []
        var tallies: [RunTally] = []
        for (number, part) in plan.parts.enumerated() {
            var known: [Key: Sample] = [:]
            for sample in samples[part.benchmark.name] ?? [] {
                known[Key(question: sample.question, index: sample.index)] = sample
            }
            var tally = RunTally(part, maxTokens: plan.sampling.maxTokens)
            for question in part.questions {
                for index in 0..<part.samples {
                    if let sample = known[Key(question: question.id, index: index)], sample.error == nil {
                        tally.add(sample)
                    }
                }
            }
            for place in plan.order(of: part, meanTokens: tally.meanTokens) {
                for index in 0..<part.samples {
                    let sample = known[Key(question: part.questions[place].id, index: index)]
                    if let sample, sample.error == nil { continue }
                    jobs.append(
                        SampleQueue.Job(
                            part: number, question: place, index: index,
                            answered: sample.flatMap { $0.isAnswered ? $0 : nil }))
                }
            }
            tallies.append(tally)
        }
        return (jobs, tallies)
    }

    private func work(_ queue: SampleQueue, _ log: SampleLog, _ board: RunBoard) async throws {
        while stopSwitch.reason == nil, let job = await queue.next() {
            let part = plan.parts[job.part]
            var sample: Sample
            if let answered = job.answered {
                sample = answered
                await queue.began(job)
            } else {
                do {
                    sample = try await ask(job, queue, board)
                } catch is CancellationError {
                    return
                }
            }
            if sample.isAnswered { await sample.grade(part.benchmark.grader, part.questions[job.question]) }
            guard !Task.isCancelled || sample.error == nil else { return }
            try log.append(sample)
            let failures = board.add(
                sample, part: job.part, tokens: job.answered == nil ? sample.completionTokens : 0)
            if failures >= max(10, 2 * plan.concurrency) {
                stopSwitch.stop("\(failures) requests failed one after the other: \(sample.error ?? "")")
            }
        }
    }

    /// The answer to one sample, or the error that stands in its place. Throws `CancellationError`.
    private func ask(
        _ job: SampleQueue.Job, _ queue: SampleQueue, _ board: RunBoard
    ) async throws -> Sample {
        let part = plan.parts[job.part]
        let question = part.questions[job.question]
        let (name, clock) = (part.benchmark.name, ContinuousClock())
        let seed = SampleSeed.seed(run: plan.seed, benchmark: name, question: question.id, index: job.index)
        var sample = Sample(benchmark: name, question: question.id, index: job.index, seed: seed)
        let start = clock.now
        let pieces = Atomic(0)
        defer { board.hear(-pieces.load(ordering: .relaxed)) }
        do {
            let answer = try await server.answer(question.prompt, plan.sampling, seed: seed) {
                board.hear(1)
                if pieces.add(1, ordering: .relaxed).newValue == 1 { Task { await queue.began(job) } }
            }
            sample.reasoning = answer.reasoning
            sample.content = answer.content
            sample.finishReason = answer.finishReason ?? ""
            sample.promptTokens = answer.promptTokens
            sample.cachedTokens = answer.cachedTokens
            sample.completionTokens = answer.tokens
            sample.reasoningTokens = answer.thoughtTokens
        } catch let error as ChatError {
            sample.error = error.description
            if error.concernsAll { stopSwitch.stop("the server refuses: \(error)") }
        }
        await queue.began(job)
        sample.seconds = (clock.now - start) / .seconds(1)
        return sample
    }
}
