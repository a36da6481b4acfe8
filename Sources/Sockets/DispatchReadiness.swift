@preconcurrency import Dispatch
import Synchronization

/// Readiness by Dispatch sources. The write source exists only once output had to wait.
///
/// Unchecked because Dispatch does not mark its sources Sendable on Linux; they are safe on any thread, and the
/// suspension counts, which must balance, are kept under a lock.
final class DispatchReadiness: Readiness, @unchecked Sendable {
    private struct State {
        var reading = false
        var writing = false
        var isCancelled = false
        var writer: (any DispatchSourceWrite)?
        var completion: (@Sendable () -> Void)?
    }

    private let descriptor: Int32
    private let queue: DispatchQueue
    private let reader: any DispatchSourceRead
    private let state: Mutex<State>
    private let writable: @Sendable () -> Void

    /// Both directions begin switched off.
    init(
        _ descriptor: Int32, queue: DispatchQueue, readable: @escaping @Sendable () -> Void,
        writable: @escaping @Sendable () -> Void
    ) {
        self.descriptor = descriptor
        self.queue = queue
        self.writable = writable
        reader = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        state = Mutex(State())
        reader.setEventHandler(handler: readable)
        reader.setCancelHandler { self.finish() }
        // Sources must be active before they may be released or cancelled.
        reader.activate()
        reader.suspend()
    }

    func setReading(_ enabled: Bool) {
        state.withLock { state in
            guard !state.isCancelled, state.reading != enabled else { return }
            state.reading = enabled
            if enabled { reader.resume() } else { reader.suspend() }
        }
    }

    func setWriting(_ enabled: Bool) {
        state.withLock { state in
            guard !state.isCancelled, state.writing != enabled else { return }
            state.writing = enabled
            if let writer = state.writer {
                if enabled { writer.resume() } else { writer.suspend() }
            } else {
                let writer = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
                writer.setEventHandler(handler: writable)
                writer.setCancelHandler { self.cancelReader() }
                writer.activate()
                state.writer = writer
            }
        }
    }

    func cancel(_ completion: @escaping @Sendable () -> Void) {
        let writer: (any DispatchSourceWrite)?? = state.withLock { state in
            guard !state.isCancelled else { return nil }
            state.isCancelled = true
            state.completion = completion
            if let writer = state.writer {
                writer.cancel()
                // The cancel handler of a suspended source waits for its resumption.
                if !state.writing { writer.resume() }
            }
            return .some(state.writer)
        }
        if let writer, writer == nil { cancelReader() }
    }

    private func cancelReader() {
        state.withLock { state in
            reader.cancel()
            if !state.reading { reader.resume() }
        }
    }

    private func finish() {
        let completion = state.withLock { state in
            state.writer = nil
            return state.completion.take()
        }
        completion?()
    }
}
