internal import HTTP
internal import OpenAI

extension APIError {
    /// The answer to a request that no handler sees: malformed, too large, too slow, one too many.
    static func refused(_ status: Int, _ message: String) -> APIError {
        APIError(
            status: status, type: status < 500 ? "invalid_request_error" : "server_error", message: message,
            code: refusalCodes[status], retryAfter: status == 503 ? 1 : nil)
    }

    private static let refusalCodes = [
        400: "malformed_request", 408: "request_timeout", 413: "request_too_large", 414: "uri_too_long",
        417: "expectation_failed", 431: "headers_too_large", 501: "method_not_implemented",
        503: "service_unavailable", 505: "http_version_not_supported",
    ]

    /// OpenAI's envelope.
    var response: HTTPResponse { response(in: .openAI) }
}

extension HTTPResponse {
    static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", bytes)
    }
}
