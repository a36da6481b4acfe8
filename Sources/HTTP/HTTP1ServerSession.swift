/// The server's side of one HTTP/1 connection as a value: bytes and responses in, actions out, no I/O and no clock.
///
/// One request is handled at a time; pipelined ones wait in the input buffer, so that answers keep their order.
///
/// A peer's end of input does not tell whether it left or still reads the answer. The session finds out by sending
/// something harmless: `100 Continue` before the response, or a leading zero of the next chunk size within it. A peer
/// that left answers with a reset, upon which the transport closes and the handler is cancelled; one that still reads
/// loses nothing. HTTP/1.0 has nothing harmless to send, so there the handler is cancelled at once, and what it then
/// answers is sent.
package struct HTTP1ServerSession {
    package enum Action {
        case send([UInt8])
        /// Run the handler; its answer goes to `respond`.
        case handle(HTTPRequest)
        case setReading(Bool)
        /// Nobody waits for the running handler any more.
        case cancel
        /// Call `probe` when a quick answer would have been sent.
        case probeSoon
        case watchPeer
        /// Send what waits, then close; with `lingering`, only after the client could read the response.
        case finish(lingering: Bool)
    }

    package enum Phase: Equatable {
        /// Between requests.
        case idle
        case head, body
        /// The handler runs and has not answered.
        case handling
        /// A streamed response is being written.
        case streaming(chunked: Bool)
        case closing
    }

    package private(set) var phase = Phase.idle
    /// Bytes of the body that is arriving.
    package var bodyCount: Int { body.count }
    /// What has come and no handler has.
    package var heldBytes: Int { parser.heldBytes + body.count }
    private var parser: HTTP1RequestParser
    private let limits: HTTPLimits
    private let errorResponse: @Sendable (HTTPProtocolError) -> HTTPResponse
    private let refuse: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    private var current: HTTP1RequestHead?
    private var body: [UInt8] = []
    /// Requests behind the one that is being answered.
    private var waiting: WaitingRequests
    /// Fields for the end of the body that is being streamed.
    private var trailers = HTTPHeaders()
    private var isReading = true
    private var inputEnded = false
    private var isDraining = false
    /// Whether what comes is dropped.
    private var isDeaf = false

    /// `refuse` may answer a request before its body is read.
    package init(
        limits: HTTPLimits, refuse: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
        errorResponse: @escaping @Sendable (HTTPProtocolError) -> HTTPResponse
    ) {
        self.limits = limits
        self.refuse = refuse
        self.errorResponse = errorResponse
        parser = HTTP1RequestParser(limits: limits)
        waiting = WaitingRequests(limit: limits.pipelinedRequests)
    }

    // MARK: Input

    package mutating func receive(_ bytes: Span<UInt8>) -> [Action] {
        guard phase != .closing, !isDeaf else { return [] }
        parser.receive(bytes)
        guard isAwaitingInput else {
            waiting.scan(bytes)
            var actions: [Action] = []
            setReading(&actions)
            return actions
        }
        return advance()
    }

    package mutating func receiveEnd() -> [Action] {
        inputEnded = true
        switch phase {
        case .handling, .streaming: return current?.request.version == .http10 ? [.cancel] : [.probeSoon]
        case .idle, .head, .body: return close()
        case .closing: return []
        }
    }

    /// Sends what makes a peer that left answer with a reset.
    package mutating func probe() -> [Action] {
        switch phase {
        case .handling: [.send(HTTP1ResponseEncoder.continueLine), .watchPeer]
        case .streaming(chunked: true): [.send([UInt8(ascii: "0")]), .watchPeer]
        case .streaming, .idle, .head, .body, .closing: []
        }
    }

    /// Answers and closes: for input that took too long, or a connection too many.
    package mutating func reject(_ error: HTTPProtocolError) -> [Action] {
        guard phase != .closing else { return [] }
        var actions: [Action] = []
        append(rejection: error, to: &actions)
        return actions
    }

    /// For want of memory, refuses the request that is arriving, or gives up what waits behind the one being answered:
    /// the connection is closed behind the answer.
    package mutating func overload() -> [Action] {
        guard phase != .closing, !isAwaitingInput else { return reject(.overloaded) }
        isDraining = true
        isDeaf = true
        parser = HTTP1RequestParser(limits: limits)
        isReading = false
        return [.setReading(false)]
    }

    /// Closes when nothing is going on, otherwise after the response that is due.
    package mutating func drain() -> [Action] {
        isDraining = true
        return phase == .idle ? close() : []
    }

    package mutating func close() -> [Action] {
        guard phase != .closing else { return [] }
        let isIdle = phase == .idle && parser.isBetweenRequests
        phase = .closing
        return [.finish(lingering: !isIdle)]
    }

    private var isAwaitingInput: Bool { phase == .idle || phase == .head || phase == .body }

    /// Parses what has come as far as the next request to be handled.
    private mutating func advance() -> [Action] {
        var actions: [Action] = []
        do throws(HTTPProtocolError) {
            while isAwaitingInput, let event = try parser.next() {
                switch event {
                case .head(let head):
                    begin(head, &actions)
                case .body(let bytes):
                    body += bytes
                case .end:
                    guard var request = current?.request else { break }
                    request.body = body
                    body = []
                    phase = .handling
                    waiting = WaitingRequests(limit: limits.pipelinedRequests)
                    parser.count(&waiting)
                    actions.append(.handle(request))
                }
            }
        } catch {
            append(rejection: error, to: &actions)
            return actions
        }
        if phase == .idle || phase == .head { phase = parser.isBetweenRequests ? .idle : .head }
        if isAwaitingInput && inputEnded || phase == .idle && isDraining { return actions + close() }
        setReading(&actions)
        return actions
    }

    private mutating func begin(_ head: HTTP1RequestHead, _ actions: inout [Action]) {
        current = head
        if head.framing != .none, let refusal = refuse?(head.request) {
            phase = .handling
            isDraining = true
            actions += respond(refusal).actions
            return
        }
        phase = .body
        if case .length(let count) = head.framing { body.reserveCapacity(min(count, 1 << 20)) }
        if head.expectsContinue, parser.buffered == 0 {
            actions.append(.send(HTTP1ResponseEncoder.continueLine))
        }
    }

    private mutating func setReading(_ actions: inout [Action]) {
        let wanted = isAwaitingInput || parser.buffered <= limits.pipelined && !waiting.isFull
        guard wanted != isReading else { return }
        isReading = wanted
        actions.append(.setReading(wanted))
    }

    private mutating func append(rejection error: HTTPProtocolError, to actions: inout [Action]) {
        let error = error.about(path: current?.request.path)
        phase = .handling
        current = nil
        body = []
        isDraining = true
        actions += respond(errorResponse(error)).actions
    }

    // MARK: Output

    /// Sends a response, or the head of a streamed one; then `streams` is true and `write` and `endStream` follow.
    package mutating func respond(_ response: HTTPResponse) -> (actions: [Action], streams: Bool) {
        guard phase == .handling else { return ([], false) }
        let version = current?.request.version ?? .http11
        let isHead = current?.request.method == "HEAD"
        var keepsAlive =
            current?.keepsAlive == true && !isDraining
            && !response.headers.listElements("Connection").contains("close")
        let hasBody = !isHead && !HTTPStatus.forbidsBody(response.status)

        var framing = HTTP1ResponseEncoder.Framing.implied
        var bytes: [UInt8] = []
        var streams = false
        switch response.body {
        case .bytes(let body):
            if !HTTPStatus.forbidsBody(response.status) { framing = .length(body.count) }
            if hasBody { bytes = body }
        case .stream:
            streams = hasBody
            if streams, version == .http11 { framing = .chunked }
            if streams, version == .http10 { keepsAlive = false }
        }
        let connection = keepsAlive ? (version == .http10 ? "keep-alive" : nil) : "close"
        var message = HTTP1ResponseEncoder.head(
            status: response.status, headers: response.headers, framing: framing, connection: connection,
            bodyCount: bytes.count)
        message += bytes
        if streams {
            isDraining = isDraining || !keepsAlive
            phase = .streaming(chunked: framing == .chunked)
            return ([.send(message)], true)
        }
        return ([.send(message)] + completeResponse(keepsAlive: keepsAlive), false)
    }

    /// A piece of a streamed body, framed, or nil when no stream is open. Empty pieces are not to be sent.
    package func encode(_ bytes: [UInt8]) -> [UInt8]? {
        guard case .streaming(let chunked) = phase else { return nil }
        return chunked ? HTTP1ResponseEncoder.chunk(bytes) : bytes
    }

    /// Sets the fields that follow the streamed body, for clients that take them.
    package mutating func trail(_ fields: HTTPHeaders) {
        guard phase == .streaming(chunked: true), current?.request.acceptsTrailers == true else { return }
        trailers = fields
    }

    package mutating func endStream() -> [Action] {
        guard case .streaming(let chunked) = phase else { return [] }
        let end = HTTP1ResponseEncoder.lastChunk(trailers)
        trailers = HTTPHeaders()
        let rest = completeResponse(keepsAlive: !isDraining)
        return chunked ? [.send(end)] + rest : rest
    }

    private mutating func completeResponse(keepsAlive: Bool) -> [Action] {
        current = nil
        guard keepsAlive else { return close() }
        phase = .idle
        return advance()
    }
}
