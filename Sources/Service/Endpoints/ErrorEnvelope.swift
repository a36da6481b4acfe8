internal import HTTP
internal import OpenAI

/// Whose shape an error is told in.
enum ErrorEnvelope: Sendable {
    case openAI, anthropic

    /// That of a path's clients.
    init(path: String) {
        let prefixes = ["/anthropic/"] + Router.apiPrefixes.map { $0 + "/messages" }
        self = prefixes.contains(where: path.hasPrefix) ? .anthropic : .openAI
    }
}

extension APIError {
    func status(in envelope: ErrorEnvelope) -> Int { envelope == .anthropic ? anthropicStatus : status }

    func response(in envelope: ErrorEnvelope) -> HTTPResponse {
        var response =
            switch envelope {
            case .openAI: HTTPResponse.json(body, status: status)
            case .anthropic: HTTPResponse.json(anthropicBody, status: anthropicStatus)
            }
        if let retryAfter { response.headers["Retry-After"] = "\(retryAfter)" }
        if status == 401 { response.headers["WWW-Authenticate"] = "Bearer" }
        return response
    }
}
