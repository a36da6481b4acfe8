/// A request to be sent by `HTTPClient`.
package struct HTTPClientRequest: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Written as it comes, chunked. `write` suspends while the server is behind.
        case stream(@Sendable (_ write: @Sendable ([UInt8]) async throws -> Void) async throws -> Void)
    }

    package var method: String
    /// An absolute `http://` or `https://` URL.
    package var url: String
    package var headers: HTTPHeaders
    package var body: Body

    package init(method: String = "GET", url: String, headers: HTTPHeaders = HTTPHeaders(), body: Body = .none) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// A POST of a JSON text.
    package static func json(_ url: String, _ bytes: [UInt8]) -> HTTPClientRequest {
        HTTPClientRequest(
            method: "POST", url: url, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }

    /// The head, with a whole body.
    func encoded(for url: HTTPURL) -> [UInt8] {
        var bytes = Array("\(method) \(url.target) HTTP/1.1\r\n".utf8)
        if !headers.contains("Host") { bytes.append("Host: \(url.authority)\r\n") }
        for field in headers {
            HTTP1ResponseEncoder.appendSafe(field.name, to: &bytes, isAllowed: ASCII.isToken)
            bytes.append(": ")
            HTTP1ResponseEncoder.appendSafe(field.value, to: &bytes, isAllowed: ASCII.isFieldValue)
            bytes.append("\r\n")
        }
        switch body {
        case .none:
            bytes.append(["POST", "PUT", "PATCH"].contains(method) ? "Content-Length: 0\r\n\r\n" : "\r\n")
        case .bytes(let body):
            bytes.append("Content-Length: \(body.count)\r\n\r\n")
            bytes += body
        case .stream:
            bytes.append("Transfer-Encoding: chunked\r\n\r\n")
        }
        return bytes
    }
}
