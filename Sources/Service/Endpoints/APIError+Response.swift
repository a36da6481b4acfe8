internal import HTTP
internal import OpenAI

extension APIError {
    /// The answer to a request that no handler sees: malformed, too large, too slow, one too many.
    static func refused(_ status: Int, _ message: String) -> APIError {
        APIError(
            status: status, type: status < 500 ? "invalid_request_error" : "server_error", message: message,
            code: status == 413 ? "request_too_large" : nil)
    }

    /// OpenAI's envelope.
    var response: HTTPResponse { response(in: .openAI) }
}

extension HTTPResponse {
    static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", bytes)
    }
}
