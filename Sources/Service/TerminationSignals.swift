@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// SIGTERM and SIGINT: the first one is told, the second one ends the process at once.
package final class TerminationSignals: Sendable {
    private struct State {
        var isTold = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    package init() {
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in self?.received(number) }
            source.resume()
            sources.withLock { $0.append(source) }
        }
    }

    /// Returns once a signal came.
    package func next() async {
        await withCheckedContinuation { waiter in
            let isTold = state.withLock { state in
                if !state.isTold { state.waiters.append(waiter) }
                return state.isTold
            }
            if isTold { waiter.resume() }
        }
    }

    /// The result of `body`, or nil when a signal came first; `body` is then left behind.
    func unlessTold<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result? {
        let (results, continuation) = AsyncThrowingStream<Result, any Error>.makeStream()
        Task {
            do {
                continuation.yield(try await body())
            } catch {
                continuation.finish(throwing: error)
            }
        }
        Task {
            await next()
            continuation.finish()
        }
        return try await results.first { _ in true }
    }

    private func received(_ number: Int32) {
        let (isSecond, waiters) = state.withLock { state in
            defer {
                state.isTold = true
                state.waiters = []
            }
            return (state.isTold, state.waiters)
        }
        if isSecond { _exit(128 + number) }
        waiters.forEach { $0.resume() }
    }
}
