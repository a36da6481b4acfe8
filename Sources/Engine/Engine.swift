internal import CLinux
internal import Dispatch
package import Logging

/// Serves generation requests side by side with one model.
///
/// One thread of its own repeats three beats: schedule, run, commit. All methods may be called from any thread; none
/// waits for a step.
package final class Engine: Sendable {
    package let limits: SchedulerLimits
    private let runner: any ModelRunner
    private let inbox: EngineInbox
    private let hasher = BlockHasher()
    private let logger: Logger

    /// Throws for a configuration that the runner's model cannot serve.
    package init(
        runner: any ModelRunner, configuration: EngineConfiguration = EngineConfiguration(),
        logger: Logger = Logger(label: "apus.engine")
    ) throws(EngineConfigurationError) {
        try configuration.validate(contextLength: runner.contextLength)
        self.runner = runner
        self.logger = logger
        limits = SchedulerLimits(configuration, runner: runner)
        inbox = EngineInbox(maxWaiting: configuration.maxWaiting, places: limits.maxSequences)
    }

    deinit { inbox.stop() }

    /// Starts the engine's thread. Requests submitted before wait for it.
    package func start() {
        guard inbox.start() else { return }
        let (runner, inbox, logger, limits, hasher) = (runner, inbox, logger, limits, hasher)
        // A serial queue whose only block never returns before the end is a thread.
        DispatchQueue(label: "apus.engine", qos: .userInitiated).async {
            _ = linux_name_thread("apus-engine")
            linux_report_overflow_of_thread()
            let scheduler = Scheduler(limits: limits, hasher: hasher)
            EngineLoop(runner: runner, scheduler: scheduler, inbox: inbox, logger: logger).run()
        }
    }

    /// Queues a request. What it throws came to nothing; later failures come through the generation.
    package func submit(_ request: GenerationRequest) throws(EngineError) -> Generation {
        try request.validate(vocabularySize: runner.vocabularySize, maxLength: limits.maxLength)
        let hashes =
            limits.prefixCaching
            ? hasher.promptHashes(request.prompt, salt: request.cacheSalt, blockSize: limits.blockSize) : []
        let channel = EventChannel()
        let number = try inbox.submit(request, promptHashes: hashes, channel: channel)
        return Generation(number: number, channel: channel, inbox: inbox)
    }

    /// Takes no further requests and returns when all that it has have ended.
    package func drain() async { await inbox.drain() }

    /// Gives up all requests within a step, with `EngineError.shuttingDown`, and ends the thread.
    package func shutdown() { inbox.stop() }

    /// Forgets the prefix cache before the next step: no later request finds a block that was computed until then.
    /// Returns the number of blocks forgotten; nil once the engine has ended.
    package func resetPrefixCache() async -> Int? { await inbox.resetCache() }

    package var statistics: EngineStatistics { inbox.statistics }
}
