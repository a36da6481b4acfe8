internal import HTTP
internal import Logging
internal import OpenAI
internal import Sockets
internal import Synchronization

/// A request of the API from its head to its end: is let in by its key, within the key's limits, and leaves one line in
/// the audit log.
final class ServedRequest: Sendable {
    private struct State {
        var holder: KeyRing.Holder?
        /// Whether one of the key's places is taken.
        var holdsPlace = false
        var metrics: ServiceMetrics?
        var prompts: [String] = []
        var report: CompletionReport?
        var isOver = false
    }

    private let access: AccessControl
    /// Without its body.
    private let request: HTTPRequest
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(_ request: HTTPRequest, _ access: AccessControl) {
        var head = request
        head.body = []
        self.request = head
        self.access = access
    }

    deinit {
        leave()
    }

    // MARK: The way in

    /// What to serve the request with, if it may come in. Requests that ask for something to be done count against the
    /// limits of their key; questions (GET) do not.
    func admit(for scope: AccessScope) throws(APIError) -> ServiceState.Ready {
        let holder = try identify(for: scope)
        if let encoding = request.headers["Content-Encoding"], encoding.lowercased() != "identity" {
            throw .unsupportedEncoding(encoding)
        }
        let ready = try access.state.ready()
        if let holder, scope == .inference, countsAgainstLimits {
            try holder.usage.begin()
            state.withLock { $0.holdsPlace = true }
        }
        state.withLock { $0.metrics = ready.metrics }
        return ready
    }

    /// The holder of the request's key, which has the scope; nil where no key is needed.
    @discardableResult
    func identify(for scope: AccessScope) throws(APIError) -> KeyRing.Holder? {
        let holder = try access.keys.holder(of: request, for: scope)
        state.withLock { $0.holder = holder }
        try holder?.check(scope, path: request.path)
        return holder
    }

    /// Remembers the prompts, if they are to be logged.
    func note(_ call: CompletionCall, _ context: ModelContext) {
        guard access.logsPrompts else { return }
        let prompts = call.promptTexts(context)
        state.withLock { $0.prompts = prompts }
    }

    /// The engine has taken the request.
    func started(_ call: CompletionCall) {
        state.withLock { $0.holder }?.usage.charge(tokens: call.promptTokens)
    }

    // MARK: The way out

    /// The response as it leaves, with what it tells of the key's limits. A request that no call has ended is over with it.
    func response(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        let holder = state.withLock { $0.holder }
        if countsAgainstLimits { holder?.usage.describe(in: &response.headers) }
        // A task is cancelled when its client left, which is logged as nginx does.
        if case .bytes = response.body { finish(status: Task.isCancelled ? 499 : response.status) }
        return response
    }

    func response(to error: APIError) -> HTTPResponse {
        response(error.response(in: envelope))
    }

    /// `Server-Timing` of a call that has ended: milliseconds in the queue, in the prompt and in the answer.
    var serverTiming: String? {
        guard let report = state.withLock({ $0.report }) else { return nil }
        let phases = [("queue", report.queueTime), ("prefill", report.prefillTime), ("decode", report.decodeTime)]
        let known = phases.compactMap { name, seconds in seconds.map { "\(name);dur=\(milliseconds($0))" } }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    private var countsAgainstLimits: Bool { !["GET", "HEAD"].contains(request.method) }

    private var envelope: ErrorEnvelope { ErrorEnvelope(path: request.path) }

    private func milliseconds(_ seconds: Double) -> Double { (seconds * 1_000_000).rounded() / 1_000 }

    /// Gives the key's place back.
    private func leave() {
        let holder = state.withLock { state -> KeyRing.Holder? in
            guard state.holdsPlace else { return nil }
            state.holdsPlace = false
            return state.holder
        }
        holder?.usage.end()
    }

    // MARK: The line in the log

    private func finish(status: Int) {
        leave()
        let ending = state.withLock { state -> State? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return state
        }
        guard let ending else { return }
        let metrics = ending.metrics ?? access.state.served?.metrics
        if let holder = ending.holder {
            metrics?.keyServed(holder.name, status: status, usage: ending.report?.usage ?? Usage())
        }
        let level: Logger.Level = status >= 500 ? .warning : .info
        access.audit.log(level: level, "\(title(ending.report, status))", metadata: metadata(ending, status))
    }

    private func title(_ report: CompletionReport?, _ status: Int) -> String {
        guard let report else { return status < 400 ? "Request answered" : "Request refused" }
        let call =
            switch report.route {
            case .chat: "Chat completion"
            case .text: "Completion"
            case .responses: "Response"
            case .messages: "Message"
            }
        switch report.outcome {
        case .completed: return "\(call) finished"
        case .aborted: return "\(call) abandoned by its client"
        case .failed: return "\(call) failed"
        }
    }

    /// Nothing of what was asked or answered is here, unless prompts are wanted, nor a query, which may hold secrets.
    private func metadata(_ ending: State, _ status: Int) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "method": "\(request.method)", "path": "\(request.path.prefix(256))", "status": .stringConvertible(status),
            "total_ms": .stringConvertible(milliseconds((ContinuousClock.now - start) / .seconds(1))),
        ]
        if let peer = request.peer { metadata["client"] = "\(peer.host.isEmpty ? "unix" : peer.host)" }
        if let holder = ending.holder { metadata["key"] = "\(holder.name)" }
        if let name = request.clientID { metadata["id"] = "\(name)" }
        if !ending.prompts.isEmpty { metadata["prompts"] = .array(ending.prompts.map { "\($0)" }) }
        guard let report = ending.report else { return metadata }
        metadata["id"] = "\(report.id)"
        metadata["model"] = "\(report.model)"
        metadata["stream"] = .stringConvertible(report.isStreaming)
        metadata["finish"] = "\(report.finishReasons.map { $0 ?? "none" }.joined(separator: ","))"
        metadata["prompt_tokens"] = .stringConvertible(report.usage.promptTokens)
        metadata["cached_tokens"] = .stringConvertible(report.usage.cachedTokens)
        metadata["reasoning_tokens"] = .stringConvertible(report.usage.reasoningTokens)
        metadata["completion_tokens"] = .stringConvertible(report.usage.completionTokens)
        if let time = report.queueTime { metadata["queue_ms"] = .stringConvertible(milliseconds(time)) }
        if let time = report.timeToFirstToken { metadata["first_token_ms"] = .stringConvertible(milliseconds(time)) }
        if case .failed(let error) = report.outcome { metadata["error"] = "\(error.code ?? error.type)" }
        return metadata
    }
}

extension ServedRequest: CompletionObserver {
    func tokenArrived(after delay: Double, isFirst: Bool) {
        let (holder, metrics) = state.withLock { ($0.holder, $0.metrics) }
        metrics?.tokenArrived(after: delay, isFirst: isFirst)
        holder?.usage.charge(tokens: 1)
    }

    /// The key's place is free before the client reads the end, so that it may ask again at once.
    func ended(_ report: CompletionReport) {
        let metrics = state.withLock { state in
            state.report = report
            return state.metrics
        }
        metrics?.ended(report)
        switch report.outcome {
        case .completed: finish(status: 200)
        case .aborted: finish(status: 499)
        case .failed(let error): finish(status: error.status(in: envelope))
        }
    }
}
