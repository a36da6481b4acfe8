internal import HTTP

extension Router {
    /// Where the routes of the API start: OpenAI's clients put /v1 before them, DeepSeek's nothing or /beta.
    static let apiPrefixes = ["/v1", "", "/beta"]

    /// Registers a handler under every prefix of the API.
    mutating func addAPI(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
        for prefix in Self.apiPrefixes { add(method, prefix + pattern, handler) }
    }
}
