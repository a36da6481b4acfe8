internal import JSON

/// A failure as clients of the OpenAI API read it: an HTTP status and OpenAI's error object.
///
/// The `openai` packages choose their exception by the status; `type` and `code` are OpenAI's words for it.
package struct APIError: Error, Sendable, Equatable, CustomStringConvertible {
    package var status: Int
    package var type: String
    package var message: String
    /// The request field at fault, with its path, such as `messages[2].content`.
    package var param: String?
    package var code: String?
    /// Seconds after which the same request may succeed; goes into `Retry-After`.
    package var retryAfter: Int?

    package init(
        status: Int, type: String, message: String, param: String? = nil, code: String? = nil, retryAfter: Int? = nil
    ) {
        self.status = status
        self.type = type
        self.message = Self.shortened(message, first: 400, last: 200)
        self.param = param.map { Self.shortened($0, first: 200, last: 50) }
        self.code = code
        self.retryAfter = retryAfter
    }

    /// Cuts the middle out of what repeats a client's words at length; what is at fault stands first, the remedy last.
    private static func shortened(_ text: String, first: Int, last: Int) -> String {
        guard text.utf8.count > first + last, text.count > first + last else { return text }
        return "\(text.prefix(first))…\(text.suffix(last))"
    }

    package var description: String { "\(status) \(code ?? type): \(message)" }

    /// `{"error": {"message", "type", "param", "code"}}`
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("message")
        writer.value(message)
        writer.key("type")
        writer.value(type)
        writer.key("param")
        writer.value(optional: param)
        writer.key("code")
        writer.value(optional: code)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension APIError {
    /// A field is missing, of the wrong type, out of range, or not supported.
    package static func invalidRequest(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(status: 400, type: "invalid_request_error", message: message, param: param, code: code)
    }

    /// The prompt, or the prompt with the completion that is asked for, exceeds the context.
    ///
    /// - Parameters:
    ///   - tokens: length of the prompt.
    ///   - completion: requested length of the completion; nil when the request names none.
    ///   - limit: the context's length.
    ///   - param: the field that holds the prompt.
    package static func contextLengthExceeded(
        tokens: Int, completion: Int?, limit: Int, param: String
    ) -> APIError {
        let place = param == "messages" ? "messages" : "prompt"
        let text =
            if let completion, completion > 0 {
                "However, you requested \(tokens + completion) tokens (\(tokens) in the \(place), \(completion) in the "
                    + "completion). Please reduce the length of the \(place) or completion."
            } else {
                "However, your \(place) resulted in \(tokens) tokens and at least one is needed for the completion. "
                    + "Please reduce the length of the \(place)."
            }
        return invalidRequest(
            "This model's maximum context length is \(limit) tokens. " + text, param: param,
            code: "context_length_exceeded")
    }

    /// No model is served under this name.
    package static func modelNotFound(_ name: String) -> APIError {
        APIError(
            status: 404, type: "invalid_request_error", message: "The model `\(name)` does not exist.", param: "model",
            code: "model_not_found")
    }

    /// The API key is missing or wrong.
    package static func unauthorized(_ message: String) -> APIError {
        APIError(status: 401, type: "invalid_request_error", message: message, code: "invalid_api_key")
    }

    /// The key, if any, does not allow this.
    package static func forbidden(_ message: String) -> APIError {
        APIError(status: 403, type: "permission_error", message: message, code: "permission_denied")
    }

    /// The caller, or the queue as a whole, has too many requests.
    package static func rateLimited(_ message: String, retryAfter: Int) -> APIError {
        APIError(
            status: 429, type: "rate_limit_error", message: message, code: "rate_limit_exceeded",
            retryAfter: retryAfter)
    }

    /// The server is loading, draining, or otherwise not ready.
    package static func unavailable(_ message: String, retryAfter: Int) -> APIError {
        APIError(
            status: 503, type: "server_error", message: message, code: "service_unavailable", retryAfter: retryAfter)
    }

    /// No such route.
    package static func notFound(method: String, path: String) -> APIError {
        APIError(
            status: 404, type: "invalid_request_error", message: "Invalid URL (\(method) \(path))", code: "not_found")
    }

    /// The route answers other methods, which the message names.
    package static func methodNotAllowed(_ message: String) -> APIError {
        APIError(status: 405, type: "invalid_request_error", message: message, code: "method_not_allowed")
    }

    /// The body is in an encoding that is not read here.
    package static func unsupportedEncoding(_ encoding: String) -> APIError {
        APIError(
            status: 415, type: "invalid_request_error",
            message: "Content-Encoding \(encoding) is not supported: send the JSON as it is.",
            code: "unsupported_encoding")
    }

    /// A fault of the server's own.
    package static func `internal`(_ message: String) -> APIError {
        APIError(status: 500, type: "server_error", message: message, code: "internal_error")
    }
}
