internal import Engine
internal import HTTP
internal import Logging
internal import OpenAI

/// The routes of the API.
struct Endpoints: Sendable {
    let state: ServiceState
    let authenticator: Authenticator
    let keepAlive: Duration?
    /// nil: no page is served.
    let page: Page?
    private let preparation = RequestPreparation()

    init(state: ServiceState, authenticator: Authenticator, keepAlive: Duration?, page: Page?) {
        self.state = state
        self.authenticator = authenticator
        self.keepAlive = keepAlive
        self.page = page
    }

    /// - Parameter cors: which browser pages may call.
    func router(cors: CORSPolicy) -> Router {
        var router = Router(cors: cors) { status, message, request in
            let error: APIError =
                status == 404
                ? .notFound(method: request.method, path: request.path)
                : .methodNotAllowed(message)
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
            await prepared(request) { ready throws(APIError) in
                try TokenizerRoutes(ready.context).tokenize(body: request.body)
            }
        }
        router.add("POST", "/detokenize") { request in
            await prepared(request) { ready throws(APIError) in
                try TokenizerRoutes(ready.context).detokenize(body: request.body)
            }
        }
        router.add("POST", "/v1/chat/completions") { await complete($0, .chat) }
        router.add("POST", "/v1/completions") { await complete($0, .text) }
        router.add("GET", "/v1/requests") { request in
            authorized(request) { .json($0.metrics.recent.response) }
        }
        page?.addRoutes(to: &router) { request in
            APIError.notFound(method: request.method, path: request.path).response
        }
        return router
    }

    private func authorized(
        _ request: HTTPRequest, _ body: (ServiceState.Ready) throws(APIError) -> HTTPResponse
    ) -> HTTPResponse {
        answer { () throws(APIError) in
            try body(try admit(request))
        }
    }

    /// Answers with JSON that takes time in proportion to the request's body.
    private func prepared(
        _ request: HTTPRequest, _ body: @escaping @Sendable (ServiceState.Ready) throws(APIError) -> [UInt8]
    ) async -> HTTPResponse {
        do {
            let ready = try admit(request)
            return .json(
                try await preparation.run(bodySize: request.body.count) { () throws(APIError) in try body(ready) })
        } catch {
            return error.response
        }
    }

    /// What to serve a request with, if it may come in.
    private func admit(_ request: HTTPRequest) throws(APIError) -> ServiceState.Ready {
        try authenticator.check(request)
        if let encoding = request.headers["Content-Encoding"], encoding.lowercased() != "identity" {
            throw .unsupportedEncoding(encoding)
        }
        return try state.ready()
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
            let ready = try admit(request)
            let name = request.clientID
            let call = try await preparation.run(bodySize: request.body.count) { () throws(APIError) in
                switch route {
                case .chat: try CompletionCall.chat(body: request.body, context: ready.context, requestID: name)
                case .text: try CompletionCall.text(body: request.body, context: ready.context, requestID: name)
                }
            }
            let run = try call.start(on: ready.engine, context: ready.context, observer: ready.metrics)
            var response =
                if call.isStreaming {
                    HTTPResponse.events { writer in
                        try await withTaskExecutorPreference(DeliveryThread.shared) {
                            try await EventStream(writer, keepAlive: keepAlive).send(run.chunks)
                        }
                    }
                } else {
                    HTTPResponse.json(
                        try await withTaskExecutorPreference(DeliveryThread.shared) { () async throws(APIError) in
                            try await run.response()
                        })
                }
            response.headers["X-Request-Id"] = name ?? call.id
            return response
        } catch {
            return error.response
        }
    }
}

extension HTTPRequest {
    /// The client's own name for the request, if it sends one that ids, header fields and logs can carry.
    fileprivate var clientID: String? {
        guard let name = headers["X-Request-Id"], (1...128).contains(name.utf8.count) else { return nil }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? name : nil
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
