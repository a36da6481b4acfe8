import Sockets

/// One request and its response on an HTTP/2 connection.
final class HTTP2Stream {
    private(set) var method = ""
    private(set) var path = ""
    private(set) var authority: String?
    private(set) var headers = HTTPHeaders()
    /// Names and values of all fields, with 32 bytes more for each: RFC 9113, section 6.5.2.
    private(set) var headerBytes = 0
    /// Why the request is not to be handled.
    var rejection: HTTPProtocolError?
    /// The checked request; nil until its head is complete.
    var request: HTTPRequest?
    var body: [UInt8] = []
    private let memory: RequestMemory.Share
    /// For the body; goes with the request to whoever handles it.
    var bodyMemory: RequestMemory.Share?
    /// Bytes of the body that came and for which no memory was taken yet.
    var uncounted = 0
    var inputEnded = false

    var isAnswered = false
    /// The response's body as far as it is written and not sent.
    var output = OutboundQueue()
    var outputEnded = false
    /// What follows the body.
    var trailers = HTTPHeaders()
    /// The response is out to its end.
    var isSent = false
    private(set) var progress = 0
    private var seenProgress = -1
    private var since = ContinuousClock.now
    private var firstSeen: ContinuousClock.Instant?

    init(_ memory: RequestMemory) {
        self.memory = RequestMemory.Share(of: memory)
        self.memory.hold(RequestMemory.streamOverhead)
    }

    /// Takes a field of the head, or of the trailers, which are only counted; `hasRoom` says whether the connection's
    /// limit allows it. Returns false for one that makes the whole head many times larger than it may be.
    func add(_ name: String, _ value: String, size: Int, hasRoom: Bool, limits: HTTPLimits) -> Bool {
        headerBytes += size
        let limit = limits.headerBytes + limits.requestLine
        if !hasRoom {
            rejection = HTTPProtocolError(431, "The header fields of the connection's open streams are too large.")
        } else if headerBytes > limit || headers.count >= limits.headerCount {
            rejection = HTTPProtocolError(
                431,
                "The header fields exceed the limit of \(limits.headerBytes) bytes or \(limits.headerCount) in number.")
        } else if !memory.take(size + RequestMemory.fieldOverhead) {
            rejection = .overloaded
        }
        guard rejection == nil else {
            headers = HTTPHeaders()
            return headerBytes <= 4 * limit
        }
        guard request == nil else { return true }
        switch name {
        case ":method": method = value
        case ":path": path = value
        case ":authority": authority = value
        case let name where name.hasPrefix(":"): break
        default: headers.add(name, value)
        }
        return true
    }

    /// The path that was asked for, without the query.
    var route: String? { path.hasPrefix("/") ? String(path.prefix { $0 != "?" }) : nil }

    func advanced() {
        progress &+= 1
    }

    /// How long nothing has moved, as far as the calls of this method can tell.
    func idleTime(_ now: ContinuousClock.Instant) -> Duration {
        if seenProgress != progress {
            seenProgress = progress
            since = now
        }
        return now - since
    }

    /// The time since the first such call.
    func age(_ now: ContinuousClock.Instant) -> Duration {
        if firstSeen == nil { firstSeen = now }
        return firstSeen.map { now - $0 } ?? .zero
    }

    /// Checks the complete head; the size of a body that is announced is checked too.
    func checkedRequest(limits: HTTPLimits) throws(HTTPProtocolError) -> HTTPRequest {
        if let rejection { throw rejection }
        let target = Array("\(method) \(path) HTTP/1.1".utf8)
        guard target.count <= limits.requestLine else {
            throw HTTPProtocolError(414, "The request line exceeds the limit of \(limits.requestLine) bytes.")
        }
        guard path.hasPrefix("/") || path == "*" else {
            throw HTTPProtocolError(400, "The path must begin with a slash.")
        }
        let line = try RequestLine(target[...])
        var headers = headers
        if let authority {
            guard headers["Host"].map({ $0.equalsIgnoringCase(authority) }) ?? true else {
                throw HTTPProtocolError(400, "The Host field differs from the authority.")
            }
            headers["Host"] = authority
        }
        try headers.checkHost(version: .http2)
        guard try headers.contentLength() ?? 0 <= limits.body else { throw .bodyTooLarge(limit: limits.body) }
        var request = HTTPRequest(method: line.method, path: line.path, query: line.query, headers: headers)
        request.version = .http2
        return request
    }
}
