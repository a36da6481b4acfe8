internal import JSON

extension APIError {
    /// The status that Anthropic's clients know: 529 where the server cannot take requests at the moment.
    package var anthropicStatus: Int { status == 503 ? 529 : status }

    /// `{"type": "error", "error": {"type", "message"}}` with Anthropic's word for the status.
    package var anthropicBody: [UInt8] {
        let type =
            switch anthropicStatus {
            case 401: "authentication_error"
            case 402: "billing_error"
            case 403: "permission_error"
            case 404: "not_found_error"
            case 413: "request_too_large"
            case 429: "rate_limit_error"
            case 504: "timeout_error"
            case 529: "overloaded_error"
            case 500...: "api_error"
            default: "invalid_request_error"
            }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", "error")
        writer.key("error")
        writer.beginObject()
        writer.field("type", type)
        writer.field("message", message)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
