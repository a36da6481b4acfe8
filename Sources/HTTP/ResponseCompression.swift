/// Compresses whole text responses for clients that ask for it. Streams stay as they are: nothing may hold an event back.
package enum ResponseCompression {
    /// Two packets: what fits into them gets no faster.
    static let smallest = 2_800
    /// Beyond it, it would keep other requests waiting.
    static let largest = 16 << 20

    package static func apply(to response: inout HTTPResponse, for request: HTTPRequest) {
        guard case .bytes(let bytes) = response.body, (smallest...largest).contains(bytes.count),
            !response.headers.contains("Content-Encoding"), isText(response.headers["Content-Type"] ?? "")
        else { return }
        response.headers.add("Vary", "Accept-Encoding")
        guard request.method != "HEAD", let coding = ContentCoding(acceptedBy: request),
            let coded = coding.encode(bytes), coded.count < bytes.count
        else { return }
        response.body = .bytes(coded)
        response.headers["Content-Encoding"] = coding.rawValue
    }

    private static func isText(_ contentType: String) -> Bool {
        contentType.hasPrefix("text/") || contentType.hasPrefix("application/json")
            || contentType.hasPrefix("application/javascript")
    }
}
