internal import Dispatch
internal import Synchronization

/// The thread on which a step's events reach their consumers, so that the engine's thread does not wake them one by one.
///
/// Consumers that prefer it as their task executor run on it too: a step then costs one wake-up, however many requests
/// it has tokens for. What runs here must be short and must not block.
package final class DeliveryThread: TaskExecutor {
    package static let shared = DeliveryThread()

    private enum Work: Sendable {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private struct State {
        var queue: [Work] = []
        var isAsleep = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        // A serial queue whose only block never returns is a thread.
        DispatchQueue(label: "apus.delivery", qos: .userInitiated).async { self.run() }
    }

    package func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Runs `body` after everything that was added before.
    func async(_ body: @escaping @Sendable () -> Void) { add(.body(body)) }

    private func add(_ work: Work) {
        let wasAsleep = state.withLock { state in
            state.queue.append(work)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wasAsleep { wake.signal() }
    }

    private func run() {
        let executor = asUnownedTaskExecutor()
        while true {
            for work in takeWork() {
                switch work {
                case .job(let job): job.runSynchronously(on: executor)
                case .body(let body): body()
                }
            }
        }
    }

    /// All that waits; sleeps until there is something.
    private func takeWork() -> [Work] {
        while true {
            let work = state.withLock { state in
                var work: [Work] = []
                swap(&work, &state.queue)
                state.isAsleep = work.isEmpty
                return work
            }
            if !work.isEmpty { return work }
            wake.wait()
        }
    }
}
