internal import Dispatch
internal import Synchronization

/// What other threads have told the engine and it has not yet read, under one lock. The engine sleeps on it.
final class EngineInbox: Sendable {
    /// A request on its way to the engine's thread.
    struct Submission: Sendable {
        var number: UInt64
        var request: GenerationRequest
        var promptHashes: [BlockHash]
        var channel: EventChannel
    }

    /// Something said about all choices of a request, or one.
    struct Signal: Sendable {
        var request: UInt64
        var choice: Int?
    }

    /// One reading of the inbox.
    struct Contents: Sendable {
        var submissions: [Submission] = []
        var cancellations: [Signal] = []
        var reasoningEnds: [Signal] = []
        /// Each waits for the number of blocks that were forgotten.
        var cacheResets: [CheckedContinuation<Int?, Never>] = []
        var isStopping = false

        var isEmpty: Bool {
            submissions.isEmpty && cancellations.isEmpty && reasoningEnds.isEmpty && cacheResets.isEmpty && !isStopping
        }
    }

    /// What admission needs to know of the engine's thread, as of its last step.
    struct Load: Sendable {
        var statistics = EngineStatistics()
        /// Sequences that could run at once beyond those that do.
        var freePlaces: Int
        var retryAfterSeconds = 1
    }

    private enum Phase { case created, running, draining, stopped }

    private struct State {
        var phase = Phase.created
        var isStarted = false
        var contents = Contents()
        var isAsleep = false
        var nextNumber: UInt64 = 1
        /// Requests taken and not ended.
        var openRequests = 0
        /// Requests read from the inbox since `load` was noted.
        var justRead = 0
        var load: Load
        var drainers: [CheckedContinuation<Void, Never>] = []
    }

    private let maxWaiting: Int
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)

    init(maxWaiting: Int, places: Int) {
        self.maxWaiting = maxWaiting
        state = Mutex(State(load: Load(freePlaces: places)))
    }

    // MARK: From any thread

    /// Queues a request, or says why not.
    func submit(
        _ request: GenerationRequest, promptHashes: [BlockHash], channel: EventChannel
    ) throws(EngineError) -> UInt64 {
        let outcome = state.withLock { state -> Result<UInt64, EngineError> in
            guard state.phase == .created || state.phase == .running else { return .failure(.shuttingDown) }
            let queued = state.load.statistics.queuedRequests + state.justRead + state.contents.submissions.count
            guard queued < maxWaiting + state.load.freePlaces else {
                return .failure(.queueFull(waiting: queued, retryAfterSeconds: state.load.retryAfterSeconds))
            }
            let number = state.nextNumber
            state.nextNumber += 1
            state.openRequests += 1
            state.contents.submissions.append(
                Submission(number: number, request: request, promptHashes: promptHashes, channel: channel))
            wakeIfAsleep(&state)
            return .success(number)
        }
        return try outcome.get()
    }

    func cancel(request: UInt64, choice: Int?) {
        tell(Signal(request: request, choice: choice), \.cancellations)
    }

    func endReasoning(request: UInt64, choice: Int?) {
        tell(Signal(request: request, choice: choice), \.reasoningEnds)
    }

    private func tell(_ signal: Signal, _ list: WritableKeyPath<Contents, [Signal]>) {
        state.withLock { state in
            guard state.phase != .stopped else { return }
            state.contents[keyPath: list].append(signal)
            wakeIfAsleep(&state)
        }
    }

    /// Has the engine forget its prefix cache; see `Engine.resetPrefixCache()`.
    func resetCache() async -> Int? {
        await withCheckedContinuation { waiter in
            let isTaken = state.withLock { state in
                guard state.phase != .stopped else { return false }
                state.contents.cacheResets.append(waiter)
                wakeIfAsleep(&state)
                return true
            }
            if !isTaken { waiter.resume(returning: nil) }
        }
    }

    /// Whether the caller is the first to start the engine.
    func start() -> Bool {
        state.withLock { state in
            guard !state.isStarted, state.phase != .stopped else { return false }
            state.isStarted = true
            if state.phase == .created { state.phase = .running }
            return true
        }
    }

    /// Admits nothing more, and returns when the last request has ended.
    func drain() async {
        await withCheckedContinuation { drainer in
            let isDone = state.withLock { state in
                if state.phase != .stopped { state.phase = .draining }
                guard state.openRequests > 0 else { return true }
                state.drainers.append(drainer)
                return false
            }
            if isDone { drainer.resume() }
        }
    }

    /// Has the engine give up what it holds and end. Where it never started, its requests are given up here.
    func stop() {
        let unread = state.withLock { state -> Contents in
            state.phase = .stopped
            state.contents.isStopping = true
            wakeIfAsleep(&state)
            guard !state.isStarted else { return Contents() }
            defer { state.contents = Contents(isStopping: true) }
            return state.contents
        }
        for submission in unread.submissions { submission.channel.finish(.shuttingDown) }
        for waiter in unread.cacheResets { waiter.resume(returning: nil) }
        noteEnded(unread.submissions.count)
    }

    /// Statistics of the last step, with what was submitted since.
    var statistics: EngineStatistics {
        state.withLock { state in
            var statistics = state.load.statistics
            let submitted = state.contents.submissions.count + state.justRead
            statistics.openRequests = state.openRequests
            statistics.queuedRequests += submitted
            statistics.waitingSequences += submitted
            return statistics
        }
    }

    // MARK: From the engine's thread

    /// Everything since the last reading. When `waiting`, sleeps until there is something.
    func read(waiting: Bool) -> Contents {
        while true {
            let contents = state.withLock { state -> Contents? in
                let contents = state.contents
                if waiting, contents.isEmpty {
                    state.isAsleep = true
                    return nil
                }
                state.contents = Contents(isStopping: contents.isStopping)
                state.justRead += contents.submissions.count
                return contents
            }
            if let contents { return contents }
            wake.wait()
        }
    }

    /// Notes the state after a step and how many requests it ended.
    func note(_ load: Load, ended: Int) {
        state.withLock { state in
            state.load = load
            state.justRead = 0
        }
        noteEnded(ended)
    }

    private func noteEnded(_ count: Int) {
        let drainers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.openRequests -= count
            guard state.openRequests == 0 else { return [] }
            defer { state.drainers = [] }
            return state.drainers
        }
        for drainer in drainers { drainer.resume() }
    }

    private func wakeIfAsleep(_ state: inout State) {
        guard state.isAsleep else { return }
        state.isAsleep = false
        wake.signal()
    }
}
