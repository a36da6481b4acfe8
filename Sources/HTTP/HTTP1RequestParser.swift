/// Turns bytes into requests: RFC 9112, strictly. A value without I/O; after an error it must not be used again.
package struct HTTP1RequestParser {
    package enum Event: Sendable {
        case head(HTTP1RequestHead)
        case body(ArraySlice<UInt8>)
        case end
    }

    private enum State {
        case requestLine
        case headers(RequestLine, HeaderBlock)
        case body(HTTP1BodyDecoder)
    }

    private let limits: HTTPLimits
    private var input = InputBuffer()
    private var state = State.requestLine
    private var emptyLines = 0

    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// The bytes that are received and not parsed.
    package var buffered: Int { input.count }

    /// These, and what is kept of a head that is not complete.
    var heldBytes: Int {
        if case .headers(_, let block) = state { buffered + block.heldBytes } else { buffered }
    }

    /// Whether nothing of a next request has come.
    package var isBetweenRequests: Bool {
        if case .requestLine = state { input.isEmpty } else { false }
    }

    package mutating func receive(_ bytes: Span<UInt8>) {
        input.append(bytes)
    }

    /// Counts the requests in what is received and not parsed, as far as `waiting` goes.
    func count(_ waiting: inout WaitingRequests) {
        waiting.scan(input.unread)
    }

    /// The next event, or nil while input is missing.
    package mutating func next() throws(HTTPProtocolError) -> Event? {
        while true {
            switch state {
            case .requestLine:
                guard let line = try takeRequestLine() else { return nil }
                state = .headers(try RequestLine(line), HeaderBlock(limits: limits))
            case .headers(let line, var block):
                do throws(HTTPProtocolError) {
                    let isComplete = try block.take(from: &input)
                    guard isComplete else {
                        state = .headers(line, block)
                        return nil
                    }
                    let head = try HTTP1RequestHead(line, block.headers, limits: limits)
                    state = .body(HTTP1BodyDecoder(head.framing, limits: limits))
                    return .head(head)
                } catch {
                    throw error.about(path: line.path)
                }
            case .body(var decoder):
                let piece = try decoder.next(&input)
                state = .body(decoder)
                switch piece {
                case nil:
                    return nil
                case .bytes(let bytes):
                    return .body(bytes)
                case .end:
                    state = .requestLine
                    emptyLines = 0
                    input.releaseIfEmpty()
                    return .end
                }
            }
        }
    }

    /// Skips a few empty lines in front, as RFC 9112, section 2.2, asks.
    private mutating func takeRequestLine() throws(HTTPProtocolError) -> ArraySlice<UInt8>? {
        let limit = limits.requestLine
        while true {
            let excess = HTTPProtocolError(414, "The request line exceeds the limit of \(limit) bytes.")
            guard let line = try input.takeLine(limit: limit, orThrow: excess) else { return nil }
            if !line.isEmpty { return line }
            emptyLines += 1
            guard emptyLines <= 4 else { throw HTTPProtocolError(400, "The request begins with empty lines.") }
        }
    }
}
