/// A response: whole, or with a body that a closure writes as it comes.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Runs on the request's task. Chunked on HTTP/1.1; ends the connection on HTTP/1.0. When it throws, the client
        /// sees a body cut off.
        case stream(@Sendable (ResponseWriter) async throws -> Void)
    }

    package var status: Int
    /// Framing (Content-Length, Transfer-Encoding, Connection, Date) is the server's. `Connection: close` is honoured.
    package var headers: HTTPHeaders
    package var body: Body

    package init(status: Int = 200, headers: HTTPHeaders = HTTPHeaders(), body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: Int = 200, contentType: String, _ bytes: [UInt8]) {
        self.init(status: status, headers: ["Content-Type": contentType], body: .bytes(bytes))
    }

    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", Array(text.utf8))
    }

    /// A stream of server-sent events, which nothing on the way may buffer or store.
    package static func events(_ body: @escaping @Sendable (ResponseWriter) async throws -> Void) -> HTTPResponse {
        let headers: HTTPHeaders = [
            "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache",
            "X-Accel-Buffering": "no",
        ]
        return HTTPResponse(headers: headers, body: .stream(body))
    }
}
