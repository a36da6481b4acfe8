import CNghttp2
import Sockets

/// The server's side of one HTTP/2 connection as a state machine: bytes and responses in, events and bytes out, no I/O
/// and no clock but the one that is told.
///
/// After input, `takeEvents` says what there is to do and `output` what there is to send; likewise after every other call.
package struct HTTP2ServerSession: ~Copyable {
    package enum Event: Sendable {
        /// Run the handler; its answer goes to `respond`. The share, for the body, is to be held until then.
        case request(stream: Int32, HTTPRequest, RequestMemory.Share?)
        /// What waits to be sent has fallen to the low-water mark.
        case drained(stream: Int32)
        /// Nobody waits for the stream's response any more, or it is out.
        case closed(stream: Int32)
    }

    private let session: OpaquePointer
    private let state: HTTP2Streams
    private let errorResponse: @Sendable (HTTPProtocolError) -> HTTPResponse
    private let refuse: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    private var hasFailed = false
    private var isTerminated = false
    /// The last stream from before draining began; nil until then.
    private var lastStream: Int32?
    private var hasSaidGoodbye = false
    private var lastTick: ContinuousClock.Instant?
    private var quietSince: ContinuousClock.Instant?
    private var headSince: ContinuousClock.Instant?
    private var hadRequest = false

    /// `refuse` may answer a request before its body is read.
    package init(
        limits: HTTPLimits, http2: HTTP2Limits, memory: RequestMemory,
        refuse: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
        errorResponse: @escaping @Sendable (HTTPProtocolError) -> HTTPResponse
    ) {
        self.refuse = refuse
        state = HTTP2Streams(limits: limits, http2: http2, memory: memory)
        session = HTTP2Callbacks.makeSession(state)
        self.errorResponse = errorResponse
        let settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: UInt32(http2.streams)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(http2.streamWindow)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(limits.headerBytes + limits.requestLine)),
            nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
        ]
        nghttp2_submit_settings(session, 0, settings, settings.count)
        nghttp2_session_set_local_window_size(session, 0, 0, Int32(http2.connectionWindow))
    }

    deinit {
        nghttp2_session_del(session)
    }

    /// Whether both sides have said all: the connection is to be closed once the output is sent.
    package var isOver: Bool {
        hasFailed || nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    package var openStreams: Int { state.streams.count }

    /// The body's bytes of a stream that wait to be sent.
    package func waiting(_ stream: Int32) -> Int { state.streams[stream]?.output.count ?? 0 }

    /// Those of all streams.
    package var waiting: Int { state.streams.values.reduce(0) { $0 + $1.output.count } }

    /// Whether `takeEvents` has something to say.
    package var hasEvents: Bool { !state.notes.isEmpty }

    // MARK: Input

    package mutating func receive(_ bytes: Span<UInt8>) {
        guard !hasFailed else { return }
        let taken = bytes.withUnsafeBufferPointer { nghttp2_session_mem_recv(session, $0.baseAddress, $0.count) }
        // Protocol errors are answered by nghttp2 itself; what it returns leaves nothing to say.
        if taken < 0 { hasFailed = true }
        if state.isAbused { terminate(NGHTTP2_ENHANCE_YOUR_CALM) }
    }

    /// What is to be done, in its order.
    package mutating func takeEvents() -> [Event] {
        var events: [Event] = []
        while !state.notes.isEmpty {
            let notes = state.notes
            state.notes = []
            for note in notes { look(at: note, &events) }
        }
        return events
    }

    private mutating func look(at note: HTTP2Streams.Note, _ events: inout [Event]) {
        switch note {
        case .head(let id): begin(id)
        case .data(let id):
            guard let stream = state.streams[id], stream.uncounted > 0 else { return }
            let count = stream.uncounted
            stream.uncounted = 0
            let memory = stream.bodyMemory ?? RequestMemory.Share(of: state.memory)
            stream.bodyMemory = memory
            if stream.rejection == nil, !memory.take(count) { stream.rejection = .overloaded }
            if let rejection = stream.rejection, !stream.isAnswered { reject(id, rejection) }
            if stream.isAnswered {
                discard(count: count)
            } else {
                // Room for as many further bytes.
                nghttp2_session_consume(session, id, count)
            }
        case .end(let id):
            guard let stream = state.streams[id], !stream.isAnswered, var request = stream.request else { return }
            request.body = stream.body
            stream.body = []
            hadRequest = true
            events.append(.request(stream: id, request, stream.bodyMemory.take()))
        case .closed(let id, let unread):
            discard(count: unread)
            events.append(.closed(stream: id))
        case .drained(let id): events.append(.drained(stream: id))
        }
    }

    private mutating func begin(_ id: Int32) {
        guard let stream = state.streams[id], stream.request == nil, !stream.isAnswered else { return }
        if let lastStream, id > lastStream { return sayGoodbye() }
        do throws(HTTPProtocolError) {
            let request = try stream.checkedRequest(limits: state.limits)
            stream.request = request
            if !stream.inputEnded, let refusal = refuse?(request) {
                _ = respond(id, refusal)
                return
            }
            let expectations = request.headers.listElements("Expect")
            guard expectations.allSatisfy({ $0 == "100-continue" }) else {
                throw HTTPProtocolError(417, "The only expectation that can be met is 100-continue.")
            }
            if !expectations.isEmpty, !stream.inputEnded { submit(id, status: 100, HTTPHeaders(), hasBody: true) }
        } catch {
            reject(id, error)
        }
    }

    /// Grants the connection room for as many further bytes as came of a body that is not taken.
    private func discard(count: Int) {
        nghttp2_session_consume_connection(session, count)
    }

    // MARK: Output

    /// Answers a request that no handler sees; the rest of its body is not wanted.
    package mutating func reject(_ stream: Int32, _ error: HTTPProtocolError) {
        let error = error.about(path: state.streams[stream]?.route)
        state.streams[stream]?.rejection = error
        _ = respond(stream, errorResponse(error))
    }

    /// Sends a response, or the head of a streamed one; then the result is true and `write` and `endStream` follow.
    package mutating func respond(_ id: Int32, _ response: HTTPResponse) -> Bool {
        guard let stream = state.streams[id], !stream.isAnswered else { return false }
        stream.isAnswered = true
        stream.advanced()
        stream.body = []
        stream.bodyMemory = nil
        let hasBody = stream.request?.method != "HEAD" && !HTTPStatus.forbidsBody(response.status)
        var headers = response.headers
        for name in HTTP2Headers.forbidden { headers.remove(name) }
        headers["Date"] = HTTPDate.now()
        headers["Content-Length"] = nil
        var streams = false
        switch response.body {
        case .bytes(let bytes):
            if !HTTPStatus.forbidsBody(response.status) { headers["Content-Length"] = String(bytes.count) }
            stream.output.append(hasBody ? bytes : [])
            stream.outputEnded = true
        case .stream:
            streams = hasBody
        }
        submit(id, status: response.status, headers, hasBody: streams || !stream.output.isEmpty, isFinal: true)
        return streams
    }

    private func submit(
        _ id: Int32, status: Int, _ headers: HTTPHeaders, hasBody: Bool, isFinal: Bool = false
    ) {
        HTTP2Headers(status: status, headers).withFields { fields, count in
            if !isFinal {
                _ = nghttp2_submit_headers(session, 0, id, nil, fields, count, nil)
            } else if hasBody {
                var body = HTTP2Callbacks.body
                _ = nghttp2_submit_response(session, id, fields, count, &body)
            } else {
                _ = nghttp2_submit_response(session, id, fields, count, nil)
            }
        }
    }

    /// Adds to a streamed body. Returns false when nobody waits for it any more.
    package mutating func write(_ id: Int32, _ bytes: [UInt8]) -> Bool {
        guard let stream = state.streams[id], !stream.outputEnded else { return false }
        if stream.output.isEmpty { stream.advanced() }
        stream.output.append(bytes)
        nghttp2_session_resume_data(session, id)
        return true
    }

    /// Sets the fields that follow a streamed body, for clients that take them.
    package mutating func trail(_ id: Int32, _ fields: HTTPHeaders) {
        guard let stream = state.streams[id], stream.request?.acceptsTrailers == true else { return }
        stream.trailers = fields
    }

    package mutating func endStream(_ id: Int32) {
        guard let stream = state.streams[id], !stream.outputEnded else { return }
        stream.outputEnded = true
        stream.advanced()
        nghttp2_session_resume_data(session, id)
    }

    /// Breaks a stream off: its client sees that the response is not whole.
    package mutating func cutOff(_ id: Int32) {
        nghttp2_submit_rst_stream(session, 0, id, NGHTTP2_INTERNAL_ERROR.rawValue)
    }

    /// Refuses a request unseen: its client may send it again.
    package mutating func refuseUnseen(_ id: Int32) {
        nghttp2_submit_rst_stream(session, 0, id, NGHTTP2_REFUSED_STREAM.rawValue)
    }

    /// The next frames to be sent, some `count` bytes of them where there are as many.
    package mutating func output(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while !hasFailed, bytes.count < count {
            if lastStream != nil, state.streams.isEmpty { sayGoodbye() }
            var frame: UnsafePointer<UInt8>?
            let length = nghttp2_session_mem_send(session, &frame)
            if length < 0 { hasFailed = true }
            guard length > 0 else { break }
            bytes.append(contentsOf: UnsafeBufferPointer(start: frame, count: length))
        }
        return bytes
    }

    // MARK: Time and end

    /// Looks for what takes too long. `configuration` says how long that is.
    package mutating func tick(_ now: ContinuousClock.Instant, _ configuration: HTTPServerConfiguration) {
        let elapsed = lastTick.map { now - $0 } ?? .zero
        lastTick = now
        state.resets.refill(elapsed)
        state.controlFrames.refill(elapsed)

        if headSince == nil || !state.isInHead { headSince = state.isInHead ? now : nil }
        if let headSince, now - headSince > configuration.headTime { terminate(NGHTTP2_ENHANCE_YOUR_CALM) }
        for (id, stream) in state.streams {
            let idle = stream.idleTime(now)
            // nghttp2 sends the end of a body, too, only where the client gives room.
            if !stream.output.isEmpty || stream.outputEnded {
                if idle > configuration.transport.stallTime {
                    nghttp2_submit_rst_stream(session, 0, id, NGHTTP2_CANCEL.rawValue)
                }
            } else if !stream.inputEnded, !stream.isAnswered, stream.request != nil,
                idle > configuration.bodyTime || stream.age(now) > configuration.timeForBody(stream.body.count)
            {
                reject(id, HTTPProtocolError(408, "The request body did not arrive in time."))
            }
        }
        if quietSince == nil || !state.streams.isEmpty { quietSince = state.streams.isEmpty ? now : nil }
        let patience = hadRequest ? configuration.idleTime : configuration.headTime
        if let quietSince, now - quietSince > patience { terminate(NGHTTP2_NO_ERROR) }
    }

    /// Lets the streams that run finish, then ends the connection. A client that opens another one meanwhile learns that
    /// it was not looked at, and may ask elsewhere.
    ///
    /// RFC 9113, section 6.8, proposes to say goodbye early, without closing a stream. But clients on Python's h2, httpx
    /// among them, give up what they are reading at any GOAWAY: so it waits until it says something.
    package mutating func drain() {
        if lastStream == nil { lastStream = nghttp2_session_get_last_proc_stream_id(session) }
    }

    private mutating func sayGoodbye() {
        guard let lastStream, !hasSaidGoodbye else { return }
        hasSaidGoodbye = true
        nghttp2_submit_goaway(session, 0, lastStream, NGHTTP2_NO_ERROR.rawValue, nil, 0)
    }

    private mutating func terminate(_ error: nghttp2_error_code) {
        guard !isTerminated else { return }
        isTerminated = true
        nghttp2_session_terminate_session(session, error.rawValue)
    }
}
