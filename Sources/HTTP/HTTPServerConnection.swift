import Logging
import Sockets
import Synchronization

/// One accepted connection: finds out which protocol the client speaks, and hands everything on to it.
///
/// Under TLS the two agreed beforehand (ALPN). In clear the first bytes tell: HTTP/2 begins with a preface that no HTTP/1
/// request can begin with.
final class HTTPServerConnection: TransportHandler {
    private enum State {
        case undecided(received: [UInt8])
        case http1(HTTP1ServerConnection)
        case http2(HTTP2ServerConnection)

        var handler: (any TransportHandler)? {
            switch self {
            case .undecided: nil
            case .http1(let connection): connection
            case .http2(let connection): connection
            }
        }
    }

    private let transport: any Transport
    private let services: HTTPConnectionServices
    private let closed: @Sendable (HTTPServerConnection) -> Void
    private let isRefused = Mutex(false)
    private let startedAt = ContinuousClock.now
    private let state = Mutex(State.undecided(received: []))

    init(
        _ transport: any Transport, _ services: HTTPConnectionServices,
        closed: @escaping @Sendable (HTTPServerConnection) -> Void
    ) {
        self.transport = transport
        self.services = services
        self.closed = closed
    }

    func start() {
        transport.start(self)
    }

    /// Answers 503 and closes. In clear that happens at once; under TLS, the client's protocol must be known first.
    func refuse() {
        isRefused.withLock { $0 = true }
        transport.start(self)
        if !transport.isEncrypted { decide([]) }
    }

    func drain() {
        switch state.withLock({ $0 }) {
        case .undecided: transport.finish(lingering: false)
        case .http1(let connection): connection.drain()
        case .http2(let connection): connection.drain()
        }
    }

    func stop() {
        transport.abort()
    }

    // MARK: Protocols

    /// The protocol that the first bytes speak; nil while they may become either.
    private func decide(_ received: [UInt8]) {
        let speaksHTTP2 =
            transport.isEncrypted
            ? transport.applicationProtocol == "h2" : HTTP2Preface.match(received) == .complete
        let next: State
        if speaksHTTP2 {
            next = .http2(
                HTTP2ServerConnection(transport, services, closed: { [weak self] in self?.ended() }))
        } else {
            next = .http1(
                HTTP1ServerConnection(transport, services, closed: { [weak self] in self?.ended() }))
        }
        state.withLock { $0 = next }
        if isRefused.withLock({ $0 }) {
            switch next {
            case .undecided: break
            case .http1(let connection): connection.refuse()
            case .http2(let connection): connection.refuse()
            }
        }
        if !received.isEmpty { next.handler?.transportReceived(received.span) }
    }

    private func ended() { closed(self) }

    // MARK: Transport events

    func transportReceived(_ bytes: Span<UInt8>) {
        let received = state.withLock { state -> [UInt8]? in
            guard case .undecided(var received) = state else { return nil }
            bytes.withUnsafeBufferPointer { received += $0 }
            state = .undecided(received: received)
            return received
        }
        guard let received else {
            state.withLock { $0.handler }?.transportReceived(bytes)
            return
        }
        if transport.isEncrypted || HTTP2Preface.match(received) != .partial { decide(received) }
    }

    func transportInputEnded() {
        guard let handler = state.withLock({ $0.handler }) else { return transport.finish(lingering: false) }
        handler.transportInputEnded()
    }

    func transportDrained() {
        state.withLock { $0.handler }?.transportDrained()
    }

    func transportTick(_ now: ContinuousClock.Instant) {
        if let handler = state.withLock({ $0.handler }) {
            handler.transportTick(now)
        } else if now - startedAt > services.configuration.headTime {
            transport.finish(lingering: false)
        }
    }

    func transportClosed(_ error: SocketError?) {
        guard let handler = state.withLock({ $0.handler }) else {
            if let error { services.logger.debug("\(error)") }
            return closed(self)
        }
        handler.transportClosed(error)
    }
}
