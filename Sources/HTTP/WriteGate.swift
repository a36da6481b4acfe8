import Synchronization

/// Where writers wait while their peer is behind. The owner calls `shut` under the lock under which it sent, and `open`
/// under the same lock when the transport has drained, so that no opening is missed.
final class WriteGate: Sendable {
    private struct State {
        var isShut = false
        var failure: (any Error)?
        var ticket = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state = Mutex(State())

    func shut() {
        state.withLock { $0.isShut = true }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isShut = false
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Fails every waiter, now and later.
    func fail(_ error: any Error) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(throwing: error) }
    }

    /// Returns when the gate is open; throws when it has failed or the task is cancelled.
    nonisolated(nonsending) func pass() async throws {
        let ticket = try state.withLock { state -> Int? in
            if let failure = state.failure { throw failure }
            guard state.isShut else { return nil }
            state.ticket += 1
            return state.ticket
        }
        guard let ticket else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if let failure = state.failure { return .failure(failure) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.isShut else { return .success(()) }
                    state.waiters[ticket] = waiter
                    return nil
                }
                if let result { waiter.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }
}
