import Synchronization

/// TLS around a connection: the protocol above sees plain bytes, and how they are carried makes no difference to it.
///
/// Locks are taken in the order protocol, TLS, connection; the protocol's handler is called without any.
package final class TLSTransport: Transport, TransportHandler {
    private enum Phase {
        case handshaking
        /// To be finished as soon as what waits can be sent.
        case ending(lingering: Bool)
        case open, finished
    }

    private struct State: ~Copyable {
        var session: TLSSession
        var phase = Phase.handshaking
        var handler: (any TransportHandler)?
        /// Plaintext that waits for the end of the handshake.
        var waiting: [UInt8] = []
        var inputEnded = false
    }

    /// What an arrival of ciphertext means for the handler.
    private struct Arrival {
        var plaintext: [UInt8] = []
        /// What waited for the handshake is sent.
        var isDrained = false
        var inputEnded = false
        var failure: SocketError?
    }

    /// Alerts, tickets and key updates that a peer may leave unread.
    private static let unreadLimit = 1 << 20

    private let transport: any Transport
    private let limits: TransportLimits
    private let startedAt = ContinuousClock.now
    private let state: Mutex<State>

    /// Takes over a connection that is not started yet. The handshake must be complete within the limits' time.
    package init(
        _ transport: any Transport, _ context: TLSContext, _ role: TLSSession.Role,
        limits: TransportLimits = TransportLimits()
    ) throws(TLSError) {
        self.transport = transport
        self.limits = limits
        state = Mutex(State(session: try TLSSession(context, role)))
        if case .client = role {
            var output: [UInt8] = []
            let failure = state.withLock { state -> TLSError? in
                do throws(TLSError) { try state.session.start(output: &output) } catch { return error }
                return nil
            }
            if let failure { throw failure }
            transport.send(output)
        }
    }

    // MARK: Transport

    package var peer: SocketAddress { transport.peer }

    package var applicationProtocol: String? { state.withLock { $0.session.applicationProtocol } }

    package var isEncrypted: Bool { true }

    package func start(_ handler: any TransportHandler) {
        state.withLock { $0.handler = handler }
        transport.start(self)
    }

    @discardableResult
    package func send(_ bytes: [UInt8]) -> Int? {
        state.withLock { state in
            switch state.phase {
            case .handshaking:
                state.waiting += bytes
                return state.waiting.count
            case .open:
                return transmit(bytes, &state)
            case .ending, .finished:
                return nil
            }
        }
    }

    package var unsent: Int { transport.unsent }

    package func setReading(_ enabled: Bool) { transport.setReading(enabled) }

    package func watchPeer() { transport.watchPeer() }

    package func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        transport.schedule(delay, body)
    }

    package func finish(lingering: Bool) {
        state.withLock { state in
            switch state.phase {
            case .handshaking where !state.waiting.isEmpty: state.phase = .ending(lingering: lingering)
            case .handshaking, .open: end(&state, lingering: lingering)
            case .ending, .finished: break
            }
        }
    }

    package func abort() { transport.abort() }

    private func transmit(_ bytes: [UInt8], _ state: inout State) -> Int? {
        var output: [UInt8] = []
        do throws(TLSError) {
            try state.session.send(bytes, output: &output)
        } catch {
            transport.abort()
            return nil
        }
        return transport.send(output)
    }

    private func end(_ state: inout State, lingering: Bool) {
        var output: [UInt8] = []
        state.session.end(output: &output)
        if !output.isEmpty { transport.send(output) }
        state.phase = .finished
        transport.finish(lingering: lingering)
    }

    // MARK: TransportHandler

    package func transportReceived(_ bytes: Span<UInt8>) {
        var arrival = Arrival()
        let handler = state.withLock { state in
            take(bytes, &arrival, &state)
            return state.handler
        }
        if arrival.isDrained { handler?.transportDrained() }
        if !arrival.plaintext.isEmpty { handler?.transportReceived(arrival.plaintext.span) }
        if arrival.inputEnded { handler?.transportInputEnded() }
        if let failure = arrival.failure { close(failure) }
    }

    private func take(_ bytes: Span<UInt8>, _ arrival: inout Arrival, _ state: inout State) {
        var output: [UInt8] = []
        var failure: TLSError?
        do throws(TLSError) {
            try state.session.receive(bytes, plaintext: &arrival.plaintext, output: &output)
        } catch {
            failure = error
        }
        var unread = 0
        if !output.isEmpty { unread = transport.send(output) ?? 0 }
        if unread > Self.unreadLimit { failure = TLSError("the peer makes TLS speak and does not listen") }
        if let failure {
            state.phase = .finished
            arrival.failure = SocketError("TLS with \(peer)", reason: failure.description)
            transport.finish(lingering: true)
            return
        }
        if state.session.isOpen { arrival.isDrained = opened(&state) }
        if state.session.inputEnded, !state.inputEnded {
            state.inputEnded = true
            arrival.inputEnded = true
        }
    }

    /// Sends what waited for the handshake. Returns whether that has drained it, of which the connection beneath, through
    /// which it may have passed at once, tells nothing.
    private func opened(_ state: inout State) -> Bool {
        let phase = state.phase
        switch phase {
        case .handshaking, .ending: state.phase = .open
        case .open, .finished: return false
        }
        let before = state.waiting.count
        let waiting = before > 0 ? transmit(state.waiting, &state) : 0
        state.waiting = []
        if case .ending(let lingering) = phase { end(&state, lingering: lingering) }
        return before > limits.lowWater && waiting ?? .max <= limits.lowWater
    }

    package func transportInputEnded() {
        let handler = state.withLock { state -> (any TransportHandler)? in
            guard !state.inputEnded else { return nil }
            state.inputEnded = true
            return state.handler
        }
        handler?.transportInputEnded()
    }

    package func transportDrained() {
        state.withLock { $0.handler }?.transportDrained()
    }

    package func transportTick(_ now: ContinuousClock.Instant) {
        let (handler, isLate) = state.withLock { state in
            (state.handler, !state.session.isOpen && now - startedAt > limits.handshakeTime)
        }
        if isLate {
            close(SocketError("TLS with \(peer)", reason: "the handshake took longer than \(limits.handshakeTime)"))
            transport.abort()
        } else {
            handler?.transportTick(now)
        }
    }

    package func transportClosed(_ error: SocketError?) {
        close(error)
    }

    /// Tells the handler once.
    private func close(_ error: SocketError?) {
        let handler = state.withLock { state in
            state.phase = .finished
            return state.handler.take()
        }
        handler?.transportClosed(error)
    }
}
