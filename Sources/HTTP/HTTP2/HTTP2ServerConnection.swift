import Logging
import Sockets
import Synchronization

/// Drives one HTTP/2 connection: feeds its session, sends what the session has to say as long as the client takes it, runs
/// a task for each stream's handler, and cancels it as soon as nobody waits for its response.
final class HTTP2ServerConnection: TransportHandler {
    /// A request that is being received or handled.
    private struct Exchange {
        /// Shut while this stream's client is behind.
        let gate = WriteGate()
        var task: Task<Void, Never>?
    }

    private struct State: ~Copyable {
        var session: HTTP2ServerSession
        var exchanges: [Int32: Exchange] = [:]
        /// Handlers that run, those of streams that are gone included.
        var running = 0
        /// Bytes that wait in the transport.
        var waiting = 0
        var isRefused = false
        var isFinished = false
        /// To be cancelled without the lock: cancelling runs the handler's own code, which may write.
        var abandoned: [Task<Void, Never>] = []

        mutating func takeAbandoned() -> [Task<Void, Never>] {
            defer { abandoned = [] }
            return abandoned
        }
    }

    private static let refusal = HTTPProtocolError(503, "The server has too many connections; try again soon.")

    private let transport: any Transport
    private let services: HTTPConnectionServices
    private let closed: @Sendable () -> Void
    /// For output that waits.
    private let memory: RequestMemory.Share
    private let state: Mutex<State>

    init(
        _ transport: any Transport, _ services: HTTPConnectionServices, closed: @escaping @Sendable () -> Void
    ) {
        self.transport = transport
        self.services = services
        self.closed = closed
        memory = RequestMemory.Share(of: services.memory)
        let configuration = services.configuration
        state = Mutex(
            State(
                session: HTTP2ServerSession(
                    limits: configuration.limits, http2: configuration.http2, memory: services.memory,
                    refuse: services.refusal(of: transport.peer), errorResponse: configuration.errorResponse)))
    }

    /// Answers every request of the next second with 503, and closes.
    func refuse() {
        state.withLock { $0.isRefused = true }
        transport.schedule(.seconds(1)) { [weak self] in self?.drain() }
    }

    func drain() {
        update { $0.session.drain() }
    }

    // MARK: Transport events

    func transportReceived(_ bytes: Span<UInt8>) {
        let abandoned = state.withLock { state in
            state.session.receive(bytes)
            settle(&state)
            return state.takeAbandoned()
        }
        abandoned.forEach { $0.cancel() }
    }

    /// A client that ends its output can neither ask for more nor take more than its windows allow: it is leaving.
    func transportInputEnded() {
        update { finish(&$0, lingering: false) }
    }

    func transportDrained() {
        update { $0.waiting = 0 }
    }

    func transportTick(_ now: ContinuousClock.Instant) {
        update { state in
            state.session.tick(now, services.configuration)
            countOutput(state)
        }
    }

    func transportClosed(_ error: SocketError?) {
        if let error { services.logger.debug("\(error)") }
        update { state in
            state.isFinished = true
            abandonAll(&state, error)
        }
        closed()
    }

    // MARK: Session

    private func update(_ body: (inout State) -> Void) {
        let abandoned = state.withLock { state in
            body(&state)
            settle(&state)
            return state.takeAbandoned()
        }
        abandoned.forEach { $0.cancel() }
    }

    /// Does what the session asks for, and sends what it has to say.
    private func settle(_ state: inout State) {
        while !state.isFinished {
            for event in state.session.takeEvents() { perform(event, &state) }
            // Above the low-water mark the transport tells when it has sent.
            while state.waiting <= services.configuration.transport.lowWater {
                let bytes = state.session.output(64 << 10)
                guard !bytes.isEmpty else { break }
                state.waiting = transport.send(bytes) ?? 0
            }
            if state.session.isOver { return finish(&state, lingering: true) }
            // What was sent may have drained or ended a stream.
            guard state.session.hasEvents else { return }
        }
    }

    private func perform(_ event: HTTP2ServerSession.Event, _ state: inout State) {
        switch event {
        case .request(let stream, let request, let memory):
            handle(stream, request, memory, &state)
        case .drained(let stream):
            state.exchanges[stream]?.gate.open()
        case .closed(let stream):
            abandon(stream, &state, HTTPWriteError.clientGone)
        }
    }

    private func handle(
        _ stream: Int32, _ request: HTTPRequest, _ memory: RequestMemory.Share?, _ state: inout State
    ) {
        if state.isRefused { return state.session.reject(stream, Self.refusal) }
        // Handlers of streams that were broken off take a moment to end.
        guard state.running < services.configuration.http2.streams else { return state.session.refuseUnseen(stream) }
        state.running += 1
        var request = request
        request.peer = transport.peer
        let exchange = Exchange()
        let gate = exchange.gate
        state.exchanges[stream] = exchange
        state.exchanges[stream]?.task = Task { [services, request] in
            let response = await services.answer(to: request)
            // A streamed response may still need the body, but has long made the prompt of it.
            memory?.hold(0)
            await self.deliver(response, stream, gate)
            self.state.withLock { $0.running -= 1 }
        }
    }

    private func deliver(_ response: HTTPResponse, _ stream: Int32, _ gate: WriteGate) async {
        var streams = false
        update { state in
            guard state.exchanges[stream]?.gate === gate else { return }
            streams = state.session.respond(stream, response)
            guard !streams else { return }
            settle(&state)
            countOutput(state)
        }
        guard streams, case .stream(let body) = response.body else { return }
        do {
            try await body(ResponseWriter(.http2(self, stream: stream, gate)))
            update { $0.session.endStream(stream) }
        } catch {
            if !(error is HTTPWriteError || error is CancellationError) {
                services.logger.error("a streamed response was cut off: \(error)")
            }
            update { $0.session.cutOff(stream) }
        }
    }

    func trail(_ fields: HTTPHeaders, stream: Int32) {
        state.withLock { $0.session.trail(stream, fields) }
    }

    nonisolated(nonsending) func write(_ bytes: [UInt8], stream: Int32, _ gate: WriteGate) async throws {
        guard !bytes.isEmpty else { return }
        var isTaken = false
        update { state in
            isTaken = state.session.write(stream, bytes)
            guard isTaken else { return }
            settle(&state)
            // Under the lock under which it was sent, so that no draining is missed.
            if state.session.waiting(stream) > services.configuration.http2.highWater { gate.shut() }
        }
        guard isTaken else { throw HTTPWriteError.clientGone }
        try await gate.pass()
    }

    /// Counts what waits to be sent, so that further requests are refused where it is too much.
    private func countOutput(_ state: borrowing State) {
        memory.hold(state.session.waiting + transport.unsent)
    }

    // MARK: End

    private func finish(_ state: inout State, lingering: Bool) {
        guard !state.isFinished else { return }
        state.isFinished = true
        transport.finish(lingering: lingering)
        abandonAll(&state, nil)
    }

    private func abandonAll(_ state: inout State, _ error: SocketError?) {
        let reason = HTTPWriteError.clientGone(error)
        for stream in Array(state.exchanges.keys) { abandon(stream, &state, reason) }
    }

    private func abandon(_ stream: Int32, _ state: inout State, _ reason: HTTPWriteError) {
        guard let exchange = state.exchanges.removeValue(forKey: stream) else { return }
        exchange.gate.fail(reason)
        if let task = exchange.task { state.abandoned.append(task) }
    }
}
