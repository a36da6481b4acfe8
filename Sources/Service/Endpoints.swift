internal import Engine
internal import HTTP
internal import Logging
internal import OpenAI

/// The routes of the API.
struct Endpoints: Sendable {
    let state: ServiceState
    let authenticator: Authenticator
    let keepAlive: Duration?

    /// - Parameter cors: which browser pages may call.
    func router(cors: CORSPolicy) -> Router {
        var router = Router(cors: cors) { status, _, request in
            let error: APIError =
                status == 404
                ? .notFound(method: request.method, path: request.path)
                : .methodNotAllowed(method: request.method, path: request.path, allowed: [])
            return error.response
        }
        router.add("GET", "/health") { _ in
            answer { () throws(APIError) in
                _ = try state.ready()
                return HTTPResponse()
            }
        }
        router.add("GET", "/version") { _ in .json(VersionResponse.body(version: Version.text)) }
        router.add("GET", "/metrics") { _ in metrics() }
        router.add("GET", "/v1/models") { request in
            authorized(request) { .json(ModelList($0.context).response) }
        }
        router.add("GET", "/v1/models/{id...}") { request in
            authorized(request) { ready throws(APIError) in
                .json(try ModelList(ready.context).response(for: request.parameters["id"] ?? ""))
            }
        }
        router.add("POST", "/tokenize") { request in
            authorized(request) { ready throws(APIError) in
                .json(try TokenizerRoutes(ready.context).tokenize(body: request.body))
            }
        }
        router.add("POST", "/detokenize") { request in
            authorized(request) { ready throws(APIError) in
                .json(try TokenizerRoutes(ready.context).detokenize(body: request.body))
            }
        }
        router.add("POST", "/v1/chat/completions") { await complete($0, .chat) }
        router.add("POST", "/v1/completions") { await complete($0, .text) }
        return router
    }

    private func authorized(
        _ request: HTTPRequest, _ body: (ServiceState.Ready) throws(APIError) -> HTTPResponse
    ) -> HTTPResponse {
        answer { () throws(APIError) in
            try authenticator.check(request)
            return try body(try state.ready())
        }
    }

    private func answer(_ body: () throws(APIError) -> HTTPResponse) -> HTTPResponse {
        do { return try body() } catch { return error.response }
    }

    private func metrics() -> HTTPResponse {
        let text = state.served.map { $0.metrics.text($0.engine.statistics) } ?? ""
        return HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }

    private func complete(_ request: HTTPRequest, _ route: CompletionCall.Route) async -> HTTPResponse {
        do {
            try authenticator.check(request)
            let ready = try state.ready()
            let call =
                switch route {
                case .chat: try CompletionCall.chat(body: request.body, context: ready.context)
                case .text: try CompletionCall.text(body: request.body, context: ready.context)
                }
            let run = try call.start(on: ready.engine, context: ready.context, observer: ready.metrics)
            guard call.isStreaming else { return .json(try await run.response()) }
            return .events { writer in try await EventStream(writer, keepAlive: keepAlive).send(run.chunks) }
        } catch {
            return error.response
        }
    }
}

extension HTTPResponse {
    static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", bytes)
    }
}

extension APIError {
    /// The answer to a request that no handler sees: malformed, too large, too slow, one too many.
    static func refused(_ status: Int, _ message: String) -> APIError {
        APIError(
            status: status, type: status < 500 ? "invalid_request_error" : "server_error", message: message,
            code: status == 413 ? "request_too_large" : nil)
    }

    var response: HTTPResponse {
        var response = HTTPResponse.json(body, status: status)
        if let retryAfter { response.headers["Retry-After"] = "\(retryAfter)" }
        if status == 401 { response.headers["WWW-Authenticate"] = "Bearer" }
        return response
    }
}
