internal import Engine
internal import Glibc
internal import OpenAI
internal import Telemetry

/// Counts what requests come to and remembers the last ones.
struct ServiceMetrics: CompletionObserver {
    let recent = RecentRequests()
    private let metrics: ServerMetrics

    init(model: String, limits: SchedulerLimits) {
        metrics = ServerMetrics(modelName: model)
        metrics.setCache(
            blockSize: limits.blockSize, blocks: limits.blockCount, prefixCaching: limits.prefixCaching)
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
    }

    /// A request with a key is over.
    func keyServed(_ name: String, status: Int, usage: Usage) {
        metrics.keyServed(
            name, status: status, promptTokens: usage.promptTokens, generationTokens: usage.completionTokens)
    }

    /// The text of /metrics.
    func text(_ statistics: EngineStatistics) -> String {
        metrics.render(ServerMetrics.EngineSample(statistics))
    }
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
