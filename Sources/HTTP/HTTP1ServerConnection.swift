import Logging
import Sockets
import Synchronization

/// Drives one HTTP/1 connection: feeds its session, performs the session's actions, runs handlers as tasks, and cancels a
/// handler's task as soon as its client is gone.
final class HTTP1ServerConnection: TransportHandler {
    /// Since when something is awaited of the client.
    private struct Wait {
        var isFirst = true
        /// When the session's phase began, or the last piece of a body came.
        var since = ContinuousClock.now
        /// When the body that arrives began.
        var bodySince = ContinuousClock.now
    }

    private struct State {
        var session: HTTP1ServerSession
        var wait = Wait()
        var task: Task<Void, Never>?
        /// Counts requests, so that a late write cannot land in another response.
        var exchange = 0
        var isClosed = false
        /// Bytes that wait in the transport, as far as is known.
        var unsent = 0
        /// A request that waits until the client has taken earlier answers, with what it holds of the memory.
        var postponed: (request: HTTPRequest, memory: RequestMemory.Share?)?
    }

    /// Spares clients that end their input early and get their answer at once the probe.
    private static let probeDelay = Duration.milliseconds(5)

    private let transport: any Transport
    private let services: HTTPConnectionServices
    private let closed: @Sendable () -> Void
    private let gate = WriteGate()
    /// For input that no handler has yet, and output that waits.
    private let memory: RequestMemory.Share
    private let state: Mutex<State>

    init(
        _ transport: any Transport, _ services: HTTPConnectionServices, closed: @escaping @Sendable () -> Void
    ) {
        self.transport = transport
        self.services = services
        self.closed = closed
        memory = RequestMemory.Share(of: services.memory)
        state = Mutex(
            State(
                session: HTTP1ServerSession(
                    limits: services.configuration.limits, refuse: services.refusal(of: transport.peer),
                    errorResponse: services.configuration.errorResponse)))
    }

    /// Answers 503 whatever comes, and closes.
    func refuse() {
        update { $0.reject(HTTPProtocolError(503, "The server has too many connections; try again soon.")) }
    }

    func drain() {
        update { $0.drain() }
    }

    // MARK: Transport events

    func transportReceived(_ bytes: Span<UInt8>) {
        state.withLock { state in
            let phase = state.session.phase
            perform(state.session.receive(bytes), &state)
            if state.session.phase != phase || phase == .body { state.wait.since = .now }
            if state.session.phase == .body, phase != .body { state.wait.bodySince = state.wait.since }
            count(&state)
        }
    }

    func transportInputEnded() {
        update { $0.receiveEnd() }
    }

    func transportDrained() {
        state.withLock { state in
            gate.open()
            state.unsent = transport.unsent
            if let (request, memory) = state.postponed.take() { handle(request, memory, &state) }
        }
    }

    func transportTick(_ now: ContinuousClock.Instant) {
        state.withLock { state in
            state.unsent = transport.unsent
            memory.hold(state.session.heldBytes + state.unsent)
        }
        update { [configuration = services.configuration] session, wait in
            let waited = now - wait.since
            switch session.phase {
            case .idle:
                let limit = wait.isFirst ? configuration.headTime : configuration.idleTime
                return waited > limit ? session.close() : []
            case .head where waited > configuration.headTime:
                return session.reject(HTTPProtocolError(408, "The request head did not arrive in time."))
            case .body
            where waited > configuration.bodyTime
                || now - wait.bodySince > configuration.timeForBody(session.bodyCount):
                return session.reject(HTTPProtocolError(408, "The request body did not arrive in time."))
            case .head, .body, .handling, .streaming, .closing:
                return []
            }
        }
    }

    func transportClosed(_ error: SocketError?) {
        let task = state.withLock { state in
            state.isClosed = true
            state.postponed = nil
            return state.task.take()
        }
        if let error { services.logger.debug("\(error)") }
        gate.fail(HTTPWriteError.clientGone(error))
        task?.cancel()
        closed()
    }

    // MARK: Handling

    private func update(_ body: (inout HTTP1ServerSession) -> [HTTP1ServerSession.Action]) {
        update { session, _ in body(&session) }
    }

    private func update(
        _ body: (inout HTTP1ServerSession, _ waiting: Wait) -> [HTTP1ServerSession.Action]
    ) {
        // Cancelling runs the handler's own code, which may write: never under the lock.
        let cancelled = state.withLock { state -> Task<Void, Never>? in
            let phase = state.session.phase
            let actions = body(&state.session, state.wait)
            perform(actions, &state)
            if state.session.phase != phase { state.wait.since = .now }
            let isCancelled = actions.contains { if case .cancel = $0 { true } else { false } }
            return isCancelled ? state.task : nil
        }
        cancelled?.cancel()
    }

    private func perform(_ actions: [HTTP1ServerSession.Action], _ state: inout State) {
        for action in actions {
            switch action {
            case .send(let bytes): state.unsent = transport.send(bytes) ?? 0
            case .handle(let request):
                let memory = request.body.isEmpty ? nil : RequestMemory.Share(of: services.memory)
                memory?.hold(request.body.count)
                handle(request, memory, &state)
            case .setReading(let enabled): transport.setReading(enabled)
            case .cancel: break
            case .probeSoon: transport.schedule(Self.probeDelay) { [weak self] in self?.update { $0.probe() } }
            case .watchPeer: transport.watchPeer()
            case .finish(let lingering): transport.finish(lingering: lingering)
            }
        }
    }

    private func handle(_ request: HTTPRequest, _ memory: RequestMemory.Share?, _ state: inout State) {
        guard !state.isClosed else { return }
        guard state.unsent <= services.configuration.highWater else {
            state.postponed = (request, memory)
            return
        }
        state.exchange += 1
        state.wait.isFirst = false
        let exchange = state.exchange
        var request = request
        request.peer = transport.peer
        state.task = Task { [services, request] in
            let response = await services.answer(to: request)
            // A streamed response may still need the body, but has long made the prompt of it.
            memory?.hold(0)
            await self.deliver(response, exchange)
        }
    }

    /// Takes memory for what has come and no handler has, or refuses it.
    private func count(_ state: inout State) {
        guard !memory.resize(to: state.session.heldBytes + state.unsent) else { return }
        perform(state.session.overload(), &state)
        memory.hold(state.session.heldBytes + state.unsent)
    }

    private func deliver(_ response: HTTPResponse, _ exchange: Int) async {
        let streams = state.withLock { state in
            guard !state.isClosed, state.exchange == exchange else { return false }
            let (actions, streams) = state.session.respond(response)
            state.wait.since = .now
            perform(actions, &state)
            memory.hold(state.session.heldBytes + state.unsent)
            return streams
        }
        guard streams, case .stream(let body) = response.body else { return }
        do {
            try await body(ResponseWriter(.http1(self, exchange: exchange)))
            state.withLock { state in
                guard !state.isClosed, state.exchange == exchange else { return }
                state.wait.since = .now
                perform(state.session.endStream(), &state)
            }
        } catch {
            if !(error is HTTPWriteError || error is CancellationError) {
                services.logger.error("a streamed response was cut off: \(error)")
            }
            transport.abort()
        }
    }

    func trail(_ fields: HTTPHeaders, exchange: Int) {
        state.withLock { state in
            guard state.exchange == exchange else { return }
            state.session.trail(fields)
        }
    }

    nonisolated(nonsending) func write(_ bytes: [UInt8], exchange: Int) async throws {
        guard !bytes.isEmpty else { return }
        try state.withLock { state in
            guard !state.isClosed, state.exchange == exchange, let framed = state.session.encode(bytes),
                let waiting = transport.send(framed)
            else { throw HTTPWriteError.clientGone }
            if waiting > services.configuration.highWater { gate.shut() }
        }
        try await gate.pass()
    }
}
