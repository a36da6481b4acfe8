import Synchronization

/// Keeps the time of each stage of the steps that are computed.
package final class StageClock: Sendable {
    private let state = Mutex(StageTimes())

    package init() {}

    package var times: StageTimes { state.withLock { $0 } }

    package func reset() { state.withLock { $0 = StageTimes() } }

    func add(_ duration: Duration, to stage: StageTimes.Stage) { state.withLock { $0[stage] += duration } }
}

extension StageClock? {
    /// Runs `body` and adds its time to the stage's, if there is a clock.
    package func time<Result>(_ stage: StageTimes.Stage, _ body: () -> Result) -> Result {
        guard let clock = self else { return body() }
        let start = ContinuousClock.now
        defer { clock.add(ContinuousClock.now - start, to: stage) }
        return body()
    }
}
