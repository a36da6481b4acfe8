internal import Engine
internal import Glibc
internal import Logging
internal import OpenAI
internal import Telemetry

/// Counts what requests come to, remembers the last ones, and logs a line for each.
struct ServiceMetrics: CompletionObserver {
    let recent = RecentRequests()
    private let metrics: ServerMetrics
    private let logger: Logger

    init(model: String, limits: SchedulerLimits, logger: Logger) {
        metrics = ServerMetrics(modelName: model)
        metrics.setCache(
            blockSize: limits.blockSize, blocks: limits.blockCount, prefixCaching: limits.prefixCaching)
        self.logger = logger
    }

    func tokenArrived(after delay: Double, isFirst: Bool) {
        metrics.tokenArrived(after: delay, isFirst: isFirst)
    }

    func ended(_ report: CompletionReport) {
        if case .failed(let error) = report.outcome, error.status == 429 || error.status == 503 {
            metrics.requestRejected(status: error.status)
        } else {
            metrics.requestFinished(ServerMetrics.RequestSample(report))
        }
        recent.note(report, end: time(nil))
        log(report)
    }

    /// The text of /metrics.
    func text(_ statistics: EngineStatistics) -> String {
        metrics.render(ServerMetrics.EngineSample(statistics))
    }

    private func log(_ report: CompletionReport) {
        var metadata: Logger.Metadata = [
            "id": "\(report.id)", "prompt_tokens": "\(report.usage.promptTokens)",
            "cached_tokens": "\(report.usage.cachedTokens)", "completion_tokens": "\(report.usage.completionTokens)",
            "seconds": "\(thousandths(report.totalTime))",
        ]
        if let time = report.timeToFirstToken { metadata["first_token_seconds"] = "\(thousandths(time))" }
        let route =
            switch report.route {
            case .chat: "Chat completion"
            case .text: "Completion"
            case .responses: "Response"
            case .messages: "Message"
            }
        switch report.outcome {
        case .completed: logger.info("\(route) finished", metadata: metadata)
        case .aborted: logger.info("\(route) abandoned by its client", metadata: metadata)
        case .failed(let error):
            metadata["error"] = "\(error)"
            logger.warning("\(route) failed", metadata: metadata)
        }
    }

    private func thousandths(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}

extension ServerMetrics.EngineSample {
    fileprivate init(_ statistics: EngineStatistics) {
        self.init()
        runningSequences = statistics.runningSequences
        waitingSequences = statistics.waitingSequences
        cacheUsage = Double(statistics.usedBlocks) / Double(max(1, statistics.totalBlocks))
        usedBlocks = statistics.usedBlocks
        sharedBlocks = statistics.sharedBlocks
        preemptions = statistics.counters.preemptions
        prefixCacheQueries = statistics.counters.prefixQueryTokens
        prefixCacheHits = statistics.counters.prefixHitTokens
    }
}

extension ServerMetrics.RequestSample {
    fileprivate init(_ report: CompletionReport) {
        self.init()
        let unfinished =
            switch report.outcome {
            case .completed: "stop"
            case .aborted: "abort"
            case .failed: "error"
            }
        finishedReasons = report.finishReasons.map { $0 ?? unfinished }
        promptTokens = report.usage.promptTokens
        cachedTokens = report.usage.cachedTokens
        generationTokens = report.usage.completionTokens
        choices = report.choices
        maxTokens = report.maxTokens
        queueTime = report.queueTime
        prefillTime = report.prefillTime
        decodeTime = report.decodeTime
        timeToFirstToken = report.timeToFirstToken
        totalTime = report.totalTime
    }
}
