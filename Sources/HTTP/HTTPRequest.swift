package import Sockets

/// A request with its whole body.
package struct HTTPRequest: Sendable {
    package var method: String
    /// The path as sent, still percent-encoded; begins with `/`, or is `*`.
    package var path: String
    /// What follows the first `?`, still percent-encoded; nil without one.
    package var query: String?
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// The values that a router's pattern bound, percent-decoded.
    package var parameters: [String: String] = [:]
    package var version = HTTPVersion.http11
    package var peer: SocketAddress?

    package init(
        method: String, path: String, query: String? = nil, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The request as a server sees it that stands under a path of another one: without the prefix, if it is there.
    package func relative(to prefix: String) -> HTTPRequest {
        let rest = path.dropFirst(prefix.count)
        guard !prefix.isEmpty, path.hasPrefix(prefix), rest.isEmpty || rest.hasPrefix("/") else { return self }
        var request = self
        request.path = rest.isEmpty ? "/" : String(rest)
        return request
    }

    /// Whether the client takes fields behind a streamed body: RFC 9110, section 10.1.4.
    package var acceptsTrailers: Bool { version != .http10 && headers.listElements("TE").contains("trailers") }

    /// The decoded pairs of the query, in their order.
    package var queryItems: [(name: String, value: String)] {
        query.map(PercentCoding.formItems) ?? []
    }

    /// The first decoded value of a name in the query.
    package func queryValue(_ name: String) -> String? {
        queryItems.first { $0.name == name }?.value
    }
}
