/// Turns bytes into responses, for the client. A value without I/O; after an error it must not be used again.
struct HTTP1ResponseParser {
    struct Head {
        let status: Int
        let headers: HTTPHeaders
        /// Whether the connection can carry another request afterwards.
        let keepsAlive: Bool
    }

    enum Event {
        case head(Head)
        case body(ArraySlice<UInt8>)
        case end
    }

    private struct StatusLine {
        let version: HTTPVersion
        let status: Int
    }

    private enum State {
        case statusLine
        case headers(StatusLine, HeaderBlock)
        case body(HTTP1BodyDecoder)
    }

    private let limits: HTTPLimits
    private var input = InputBuffer()
    private var state = State.statusLine
    private var isHeadRequest = false

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Says which request the next response answers: one to HEAD has no body.
    mutating func expectResponse(to method: String) {
        isHeadRequest = method == "HEAD"
    }

    mutating func receive(_ bytes: Span<UInt8>) {
        input.append(bytes)
    }

    /// The peer has closed. Returns the end of a body that its close ends; otherwise a response is cut off.
    mutating func receiveEnd() throws(HTTPProtocolError) -> Event {
        if case .body(let decoder) = state, decoder.endsWithConnection {
            state = .statusLine
            return .end
        }
        throw HTTPProtocolError(502, "The server closed the connection before the response was complete.")
    }

    /// The next event, or nil while input is missing. Interim responses are skipped.
    mutating func next() throws(HTTPProtocolError) -> Event? {
        while true {
            switch state {
            case .statusLine:
                let excess = HTTPProtocolError(502, "The status line exceeds \(limits.requestLine) bytes.")
                guard let line = try input.takeLine(limit: limits.requestLine, orThrow: excess) else { return nil }
                state = .headers(try Self.statusLine(line), HeaderBlock(limits: limits))
            case .headers(let line, var block):
                let isComplete = try block.take(from: &input)
                guard isComplete else {
                    state = .headers(line, block)
                    return nil
                }
                if (100..<200).contains(line.status) {
                    state = .statusLine
                    continue
                }
                let framing = try framing(line, block.headers)
                state = .body(HTTP1BodyDecoder(framing, limits: limits))
                return .head(head(line, block.headers, framing))
            case .body(var decoder):
                let piece = try decoder.next(&input)
                state = .body(decoder)
                switch piece {
                case nil:
                    return nil
                case .bytes(let bytes):
                    return .body(bytes)
                case .end:
                    state = .statusLine
                    input.releaseIfEmpty()
                    return .end
                }
            }
        }
    }

    private func head(_ line: StatusLine, _ headers: HTTPHeaders, _ framing: HTTP1Framing) -> Head {
        let connection = headers.listElements("Connection")
        let isKept = line.version == .http11 || connection.contains("keep-alive")
        return Head(
            status: line.status, headers: headers,
            keepsAlive: isKept && !connection.contains("close") && framing != .untilClose)
    }

    private func framing(_ line: StatusLine, _ headers: HTTPHeaders) throws(HTTPProtocolError) -> HTTP1Framing {
        if isHeadRequest || HTTPStatus.forbidsBody(line.status) { return .none }
        if try headers.isChunked() { return .chunked }
        guard let length = try headers.contentLength() else { return .untilClose }
        guard length <= limits.body else { throw .bodyTooLarge(limit: limits.body) }
        return length == 0 ? .none : .length(length)
    }

    private static func statusLine(_ line: ArraySlice<UInt8>) throws(HTTPProtocolError) -> StatusLine {
        let parts = line.split(separator: ASCII.space, maxSplits: 2, omittingEmptySubsequences: false)
        let version = String(decoding: parts[0], as: UTF8.self)
        guard parts.count >= 2, version == "HTTP/1.1" || version == "HTTP/1.0", parts[1].count == 3,
            let status = Int(String(decoding: parts[1], as: UTF8.self)), status >= 100
        else { throw HTTPProtocolError(502, "The response does not begin with a status line.") }
        return StatusLine(version: version == "HTTP/1.1" ? .http11 : .http10, status: status)
    }
}
