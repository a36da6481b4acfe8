import Sockets
import Synchronization

/// One connection of a client; carries one exchange at a time.
final class HTTPClientConnection: TransportHandler {
    private struct State {
        var parser: HTTP1ResponseParser
        var exchange: HTTPClientExchange?
        var keepsAlive = false
        var isClosed = false
        /// Whether anything came in answer to the current request.
        var hasAnswered = false
        var lastInput = ContinuousClock.now
    }

    let url: HTTPURL
    private let transport: any Transport
    private let silenceLimit: Duration
    private let idle: @Sendable (HTTPClientConnection) -> Void
    private let gate = WriteGate()
    private let state: Mutex<State>

    /// `idle` is called when a response is complete and the connection can carry another request.
    init(
        _ transport: any Transport, url: HTTPURL, limits: HTTPLimits, silenceLimit: Duration,
        idle: @escaping @Sendable (HTTPClientConnection) -> Void
    ) {
        self.transport = transport
        self.url = url
        self.silenceLimit = silenceLimit
        self.idle = idle
        state = Mutex(State(parser: HTTP1ResponseParser(limits: limits)))
        transport.start(self)
    }

    var isUsable: Bool { state.withLock { !$0.isClosed && $0.exchange == nil } }

    /// Whether a request failed on it without any answer, as happens when the server closes an idle connection.
    var failedUnanswered: Bool { state.withLock { $0.isClosed && !$0.hasAnswered } }

    func close() { transport.finish(lingering: false) }

    func send(_ request: HTTPClientRequest, to url: HTTPURL) async throws -> HTTPClientResponse {
        let exchange = HTTPClientExchange(transport)
        try state.withLock { state in
            guard !state.isClosed else { throw HTTPClientError("The connection to \(transport.peer) is closed.") }
            state.exchange = exchange
            state.hasAnswered = false
            state.lastInput = .now
            state.parser.expectResponse(to: request.method)
            try transmit(request.encoded(for: url))
        }
        var upload: Task<Void, Never>?
        if case .stream(let body) = request.body {
            upload = Task {
                do {
                    try await body { bytes in try await self.write(bytes) }
                    _ = self.transport.send(HTTP1ResponseEncoder.lastChunk())
                } catch {
                    exchange.fail(error)
                    self.transport.abort()
                }
            }
        }
        defer { upload?.cancel() }
        let head = try await exchange.head()
        return HTTPClientResponse(status: head.status, headers: head.headers, body: HTTPClientBody(exchange))
    }

    private func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try state.withLock { _ in try transmit(HTTP1ResponseEncoder.chunk(bytes)) }
        try await gate.pass()
    }

    /// Sends under the lock.
    private func transmit(_ bytes: [UInt8]) throws {
        guard let waiting = transport.send(bytes) else {
            throw HTTPClientError("The connection to \(transport.peer) is closed.")
        }
        if waiting > 1 << 20 { gate.shut() }
    }

    // MARK: Transport events

    func transportReceived(_ bytes: Span<UInt8>) {
        let (ended, isReusable) = state.withLock { state -> (HTTPClientExchange?, Bool) in
            state.lastInput = .now
            state.parser.receive(bytes)
            do throws(HTTPProtocolError) {
                while let exchange = state.exchange, let event = try state.parser.next() {
                    guard deliver(event, to: exchange, &state) else { continue }
                    state.exchange = nil
                    if !state.keepsAlive { transport.finish(lingering: false) }
                    return (exchange, state.keepsAlive)
                }
            } catch {
                state.exchange.take()?.fail(error)
                transport.abort()
            }
            return (nil, false)
        }
        // Before the reader learns of the end: its next request shall find this connection.
        if isReusable { idle(self) }
        ended?.end()
    }

    /// Returns whether the response has ended.
    private func deliver(
        _ event: HTTP1ResponseParser.Event, to exchange: HTTPClientExchange, _ state: inout State
    ) -> Bool {
        switch event {
        case .head(let head):
            state.hasAnswered = true
            state.keepsAlive = head.keepsAlive
            exchange.receive(head: head)
        case .body(let bytes):
            exchange.receive(body: bytes)
        case .end:
            return true
        }
        return false
    }

    func transportInputEnded() {
        state.withLock { state in
            if let exchange = state.exchange.take() {
                do throws(HTTPProtocolError) {
                    _ = try state.parser.receiveEnd()
                    exchange.end()
                } catch {
                    exchange.fail(error)
                }
            }
            state.isClosed = true
        }
        transport.finish(lingering: false)
    }

    func transportDrained() {
        state.withLock { _ in gate.open() }
    }

    func transportTick(_ now: ContinuousClock.Instant) {
        let isSilent = state.withLock { state in
            guard let exchange = state.exchange else { return false }
            if exchange.isPaused { state.lastInput = now }
            return now - state.lastInput > silenceLimit
        }
        guard isSilent else { return }
        let error = HTTPClientError("\(transport.peer) sent nothing for \(silenceLimit).")
        state.withLock { $0.exchange.take() }?.fail(error)
        transport.abort()
    }

    func transportClosed(_ error: SocketError?) {
        let reason: any Error = error ?? HTTPClientError("The connection to \(transport.peer) is closed.")
        let exchange = state.withLock { state in
            state.isClosed = true
            return state.exchange.take()
        }
        exchange?.fail(reason)
        gate.fail(reason)
    }
}
