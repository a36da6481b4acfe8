import Sockets
import Synchronization

/// One response on its way from the connection that receives it to the task that reads it. Holds at most about
/// `highWater` bytes; beyond it the connection stops reading.
final class HTTPClientExchange: Sendable {
    private struct State {
        var head: HTTP1ResponseParser.Head?
        var headWaiter: CheckedContinuation<HTTP1ResponseParser.Head, any Error>?
        var chunks: [[UInt8]] = []
        var byteCount = 0
        var chunkWaiter: CheckedContinuation<[UInt8]?, any Error>?
        /// Takes the pieces in place of a reader that waits for each.
        var sink: (@Sendable (ArraySlice<UInt8>) -> Void)?
        var isEnded = false
        var isPaused = false
        var failure: (any Error)?
    }

    private static let highWater = 1 << 20
    private let transport: any Transport
    private let state = Mutex(State())

    init(_ transport: any Transport) {
        self.transport = transport
    }

    // MARK: The connection's side

    /// Whether the reader is behind, so that nothing can come.
    var isPaused: Bool { state.withLock { $0.isPaused } }

    func receive(head: HTTP1ResponseParser.Head) {
        state.withLock { state in
            state.head = head
            state.headWaiter.take()?.resume(returning: head)
        }
    }

    func receive(body bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            if let sink = state.sink { return sink(bytes) }
            if let waiter = state.chunkWaiter.take() { return waiter.resume(returning: Array(bytes)) }
            state.chunks.append(Array(bytes))
            state.byteCount += bytes.count
            if state.byteCount > Self.highWater, !state.isPaused {
                state.isPaused = true
                transport.setReading(false)
            }
        }
    }

    func end() {
        state.withLock { state in
            state.isEnded = true
            if state.isPaused { transport.setReading(true) }
            state.chunkWaiter.take()?.resume(returning: nil)
        }
    }

    func fail(_ error: any Error) {
        state.withLock { state in
            guard !state.isEnded, state.failure == nil else { return }
            state.failure = error
            state.headWaiter.take()?.resume(throwing: error)
            state.chunkWaiter.take()?.resume(throwing: error)
        }
    }

    // MARK: The reader's side

    func head() async throws -> HTTP1ResponseParser.Head {
        try await wait { waiter in
            state.withLock { state in
                if let head = state.head {
                    waiter.resume(returning: head)
                } else if let failure = state.failure {
                    waiter.resume(throwing: failure)
                } else {
                    state.headWaiter = waiter
                }
            }
        }
    }

    /// The next piece of the body, nil at its end.
    func next() async throws -> [UInt8]? {
        try await wait { waiter in
            state.withLock { state in
                if !state.chunks.isEmpty {
                    waiter.resume(returning: take(&state))
                } else if state.isEnded {
                    waiter.resume(returning: nil)
                } else if let failure = state.failure {
                    waiter.resume(throwing: failure)
                } else {
                    state.chunkWaiter = waiter
                }
            }
        }
    }

    /// Hands all pieces to `sink` and returns at the body's end.
    func drain(into sink: @escaping @Sendable (ArraySlice<UInt8>) -> Void) async throws {
        state.withLock { state in
            if !state.chunks.isEmpty { sink(take(&state)[...]) }
            state.sink = sink
        }
        _ = try await next()
    }

    /// Drops a response that nobody reads to its end, and its connection with it.
    func abandon() {
        if state.withLock({ !$0.isEnded }) { transport.abort() }
    }

    /// All that has come, as one piece.
    private func take(_ state: inout State) -> [UInt8] {
        defer {
            state.chunks = []
            state.byteCount = 0
            if state.isPaused {
                state.isPaused = false
                transport.setReading(true)
            }
        }
        return state.chunks.count == 1 ? state.chunks[0] : Array(state.chunks.joined())
    }

    private func wait<T: Sendable>(_ body: (CheckedContinuation<T, any Error>) -> Void) async throws -> T {
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation(body)
            } onCancel: {
                fail(CancellationError())
                abandon()
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw error
        }
    }
}
