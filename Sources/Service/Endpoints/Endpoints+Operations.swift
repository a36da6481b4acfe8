internal import Engine
internal import HTTP
internal import JSON
internal import OpenAI

extension Endpoints {
    /// What tells about the server itself, to whoever runs it.
    func addOperations(to router: inout Router) {
        for (method, path) in Self.readinessRoutes { router.add(method, path) { _ in readiness() } }
        for path in Self.livenessPaths { router.add("GET", path) { _ in .json(Self.ok) } }
        router.add("GET", "/version") { _ in .json(VersionResponse.body(version: Version.text)) }
        router.add("GET", "/openapi.json") { _ in
            .json(APIDescription.document(models: state.served?.context.names ?? []))
        }
        router.add("GET", "/metrics") { request in measured(request, isOpen: true) { metrics() } }
        router.add("GET", "/load") { request in measured(request, isOpen: true) { load() } }
        router.add("GET", "/props") { request in
            authorized(request) { .json(ServerProperties($0).properties) }
        }
        router.add("GET", "/slots") { request in
            authorized(request) { ready throws(APIError) in
                let places = ready.engine.limits.maxSequences - ready.engine.statistics.runningSequences
                if request.queryValue("fail_on_no_slot") == "1", places <= 0 {
                    throw .unavailable("No slot is free.", retryAfter: 1)
                }
                return .json(ServerProperties(ready).slots)
            }
        }
        router.add("GET", "/v1/requests") { request in
            measured(request, isOpen: false) { () throws(APIError) in .json(try state.ready().metrics.recent.response) }
        }
        router.add("POST", "/reset_prefix_cache") { await resetPrefixCache($0) }
    }

    /// The scope that a path needs of a key.
    static func scope(ofPath path: String) -> AccessScope {
        switch path {
        case "/reset_prefix_cache": .admin
        case "/metrics", "/load", "/v1/requests": .metrics
        default: .inference
        }
    }

    /// Numbers about the server. They are asked for again and again, so only refusals are logged.
    ///
    /// - Parameter isOpen: whether they are for everybody as long as no file of keys is given.
    private func measured(
        _ request: HTTPRequest, isOpen: Bool, _ body: () throws(APIError) -> HTTPResponse
    ) -> HTTPResponse {
        let served = access.receive(request)
        do throws(APIError) {
            if !isOpen || access.keys.hasFile { try served.identify(for: .metrics) }
            return try body()
        } catch {
            return served.response(to: error)
        }
    }

    /// Whether requests are taken: vLLM's and Kubernetes' names for the question.
    static let readinessRoutes = [
        ("GET", "/health"), ("GET", "/v1/health"), ("GET", "/healthz"), ("GET", "/ready"), ("GET", "/readyz"),
        ("GET", "/ping"), ("POST", "/ping"),
    ]

    /// Whether the process lives, loading or not.
    static let livenessPaths = ["/live", "/livez"]

    private static let ok = Array(#"{"status":"ok"}"#.utf8)

    private func readiness() -> HTTPResponse {
        answer { () throws(APIError) in
            _ = try state.ready()
            return .json(Self.ok)
        }
    }

    private func metrics() -> HTTPResponse {
        let text = state.served.map { $0.metrics.text($0.engine.statistics) } ?? ""
        return HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }

    /// vLLM's: the number of requests under way.
    private func load() -> HTTPResponse {
        .json(["server_load": .integer(state.served?.engine.statistics.openRequests ?? 0)])
    }

    private func resetPrefixCache(_ request: HTTPRequest) async -> HTTPResponse {
        let served = access.receive(request)
        do throws(APIError) {
            guard let blocks = try await served.admit(for: .admin).engine.resetPrefixCache() else {
                throw APIError.unavailable("The server is shutting down.", retryAfter: 10)
            }
            return served.response(.json(["status": "ok", "forgotten_blocks": .integer(blocks)]))
        } catch {
            return served.response(to: error)
        }
    }
}

extension HTTPResponse {
    static func json(_ value: JSONValue) -> HTTPResponse {
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        return .json(bytes)
    }
}
