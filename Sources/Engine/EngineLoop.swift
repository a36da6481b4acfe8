internal import CLinux
internal import Dispatch
internal import Logging
internal import Models

/// What the engine's thread does: read the inbox, then schedule, run, commit, and again; asleep when nothing is left.
///
/// Not Sendable: it belongs to the one thread that calls `run()`.
final class EngineLoop {
    private let runner: any ModelRunner
    private let inbox: EngineInbox
    private let scheduler: Scheduler
    private let logger: Logger
    private var channels: [UInt64: EventChannel] = [:]
    private var ended = 0
    /// Requests started per second, for estimates of the wait.
    private var starts = ThroughputMeter()

    init(runner: any ModelRunner, scheduler: Scheduler, inbox: EngineInbox, logger: Logger) {
        self.runner = runner
        self.scheduler = scheduler
        self.inbox = inbox
        self.logger = logger
    }

    /// Serves until the inbox says stop.
    func run() {
        while true {
            let contents = inbox.read(waiting: scheduler.isIdle)
            accept(contents)
            if contents.isStopping { break }
            step()
            noteLoad()
        }
        deliver(scheduler.failAll(.shuttingDown))
        noteLoad()
    }

    private func accept(_ contents: EngineInbox.Contents) {
        for submission in contents.submissions {
            channels[submission.number] = submission.channel
            deliver(
                scheduler.add(
                    submission.request, number: submission.number, promptHashes: submission.promptHashes))
        }
        for signal in contents.reasoningEnds {
            deliver(scheduler.endReasoning(request: signal.request, choice: signal.choice))
        }
        for signal in contents.cancellations {
            deliver(scheduler.cancel(request: signal.request, choice: signal.choice))
        }
        for waiter in contents.cacheResets { waiter.resume(returning: scheduler.pool.forgetAll()) }
    }

    private func step() {
        deliver(scheduler.prepareMasks())
        let unstarted = scheduler.unstartedCount
        guard let step = scheduler.schedule() else { return }
        starts.record(unstarted - scheduler.unstartedCount, at: Self.now)
        deliver(step.outputs)
        step.noteForFatalSignals()
        defer { linux_step_ended() }
        do {
            let result = try runner.collect(runner.submit(step.plan))
            deliver(scheduler.commit(step, result))
        } catch {
            logger.error("a step failed", metadata: ["rows": "\(step.plan.batch.tokens.count)", "error": "\(error)"])
            deliver(scheduler.fail(step, .runnerFailed("\(error)")))
        }
    }

    /// What one request is sent of a step.
    private struct Parcel: Sendable {
        var channel: EventChannel
        var events: [GenerationEvent] = []
        /// Whether nothing follows, and why if that is an error.
        var isLast = false
        var error: EngineError?
    }

    /// Hands each request its events, all of a step at once.
    private func deliver(_ outputs: [SchedulerOutput]) {
        guard !outputs.isEmpty else { return }
        var parcels: [Parcel] = []
        var request: UInt64?
        for output in outputs {
            if output.request != request {
                guard let channel = channels[output.request] else { continue }
                request = output.request
                parcels.append(Parcel(channel: channel))
            }
            let last = parcels.count - 1
            switch output.content {
            case .event(let event): parcels[last].events.append(event)
            case .ended: finish(output.request, nil, &parcels[last])
            case .failed(let error): finish(output.request, error, &parcels[last])
            }
        }
        DeliveryThread.shared.async { [parcels] in
            for parcel in parcels {
                if !parcel.events.isEmpty { parcel.channel.send(parcel.events) }
                if parcel.isLast { parcel.channel.finish(parcel.error) }
            }
        }
    }

    private func finish(_ request: UInt64, _ error: EngineError?, _ parcel: inout Parcel) {
        parcel.isLast = true
        parcel.error = error
        channels[request] = nil
        ended += 1
    }

    private func noteLoad() {
        var statistics = EngineStatistics()
        statistics.runningSequences = scheduler.running.count
        statistics.waitingSequences = scheduler.waitingSequenceCount
        statistics.queuedRequests = scheduler.unstartedCount
        statistics.usedBlocks = scheduler.pool.usedCount
        statistics.sharedBlocks = scheduler.pool.sharedCount
        statistics.totalBlocks = scheduler.pool.count
        statistics.counters = scheduler.counters
        let places = scheduler.limits.maxSequences - statistics.runningSequences
        inbox.note(
            EngineInbox.Load(
                statistics: statistics, freePlaces: max(places, 0), retryAfterSeconds: retryAfterSeconds),
            ended: ended)
        ended = 0
    }

    private var retryAfterSeconds: Int {
        Self.retryAfterSeconds(waiting: scheduler.unstartedCount, startsPerSecond: starts.rate(at: Self.now))
    }

    /// Seconds in which half of those that wait now will have started, as things go, and one in any case; between 1 and
    /// 60.
    ///
    /// - Parameter rate: nil while nothing has been measured.
    static func retryAfterSeconds(waiting: Int, startsPerSecond rate: Double?) -> Int {
        guard let rate else { return 1 }
        return Int(min(max((max(Double(waiting) / 2, 1) / rate).rounded(.up), 1), 60))
    }

    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}

extension ScheduledStep {
    /// What a fatal signal's report says of this step.
    fileprivate func noteForFatalSignals() {
        let generated = plan.batch.sequences.reduce(0) { $0 + $1.generatedRows }
        linux_step_began(UInt32(plan.batch.tokens.count - generated), UInt32(generated))
        var last: UInt64?
        for run in runs where run.sequence.request.number != last {
            last = run.sequence.request.number
            linux_step_serves(run.sequence.request.request.id)
        }
    }
}

extension ForwardBatch.Sequence {
    fileprivate var generatedRows: Int { rowCount - min(max(promptLength - firstPosition, 0), rowCount) }
}
