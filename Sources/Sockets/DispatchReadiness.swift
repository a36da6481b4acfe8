@preconcurrency import Dispatch
import Synchronization

/// Readiness by Dispatch sources. Each exists from the first time that it is switched on: a source that is made before a
/// connection is under way can swallow the news of its refusal.
///
/// Unchecked because Dispatch does not mark its sources Sendable on Linux; they are safe on any thread, and the
/// suspension counts, which must balance, are kept under a lock.
final class DispatchReadiness: Readiness, @unchecked Sendable {
    private struct Switch {
        var source: (any DispatchSourceProtocol)?
        var isOn = false
    }

    private struct State {
        var reading = Switch()
        var writing = Switch()
        var isCancelled = false
        /// Sources whose cancellation is not complete.
        var remaining = 0
        var completion: (@Sendable () -> Void)?
    }

    private let descriptor: Int32
    private let queue: DispatchQueue
    private let state = Mutex(State())
    private let readable: @Sendable () -> Void
    private let writable: @Sendable () -> Void

    /// Both directions begin switched off.
    init(
        _ descriptor: Int32, queue: DispatchQueue, readable: @escaping @Sendable () -> Void,
        writable: @escaping @Sendable () -> Void
    ) {
        self.descriptor = descriptor
        self.queue = queue
        self.readable = readable
        self.writable = writable
    }

    func setReading(_ enabled: Bool) {
        turn(\.reading, enabled, readable) { DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue) }
    }

    func setWriting(_ enabled: Bool) {
        turn(\.writing, enabled, writable) { DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue) }
    }

    func cancel(_ completion: @escaping @Sendable () -> Void) {
        let hasNoSource = state.withLock { state in
            guard !state.isCancelled else { return false }
            state.isCancelled = true
            state.completion = completion
            for direction in [state.reading, state.writing] {
                guard let source = direction.source else { continue }
                state.remaining += 1
                source.cancel()
                // The cancel handler of a suspended source waits for its resumption.
                if !direction.isOn { source.resume() }
            }
            return state.remaining == 0
        }
        if hasNoSource { queue.async { self.finish() } }
    }

    private func turn(
        _ direction: WritableKeyPath<State, Switch>, _ enabled: Bool, _ handler: @escaping @Sendable () -> Void,
        make: () -> any DispatchSourceProtocol
    ) {
        state.withLock { state in
            guard !state.isCancelled, state[keyPath: direction].isOn != enabled else { return }
            state[keyPath: direction].isOn = enabled
            if let source = state[keyPath: direction].source {
                if enabled { source.resume() } else { source.suspend() }
            } else {
                let source = make()
                source.setEventHandler(handler: handler)
                source.setCancelHandler { self.sourceEnded() }
                source.activate()
                state[keyPath: direction].source = source
            }
        }
    }

    private func sourceEnded() {
        let isLast = state.withLock { state in
            state.remaining -= 1
            return state.remaining == 0
        }
        if isLast { finish() }
    }

    private func finish() {
        let completion = state.withLock { state in
            state.reading.source = nil
            state.writing.source = nil
            return state.completion.take()
        }
        completion?()
    }
}
