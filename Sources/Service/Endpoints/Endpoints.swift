internal import HTTP
internal import OpenAI

/// The routes of the API. Each group of routes is an extension in a file of its own.
struct Endpoints: Sendable {
    let state: ServiceState
    let authenticator: Authenticator
    /// Lets administrators in; nil: nobody is one.
    let administrators: Authenticator?
    let keepAlive: Duration?
    /// Responses that clients may ask for again.
    let responses: ResponseStore
    /// nil: no page is served.
    let page: Page?
    let preparation = RequestPreparation()

    init(
        state: ServiceState, authenticator: Authenticator, administrators: Authenticator? = nil, keepAlive: Duration?,
        responses: ResponseStore, page: Page? = nil
    ) {
        self.state = state
        self.authenticator = authenticator
        self.administrators = administrators
        self.keepAlive = keepAlive
        self.responses = responses
        self.page = page
    }

    /// - Parameter cors: which browser pages may call.
    func router(cors: CORSPolicy) -> Router {
        var router = Router(cors: cors) { status, message, request in
            let error: APIError =
                status == 404
                ? .notFound(method: request.method, path: request.path)
                : .methodNotAllowed(message)
            return error.response(in: ErrorEnvelope(path: request.path))
        }
        addOperations(to: &router)
        addModels(to: &router)
        addTokenizer(to: &router)
        addCompletions(to: &router)
        addResponses(to: &router)
        addMessages(to: &router)
        page?.addRoutes(to: &router) { request in
            APIError.notFound(method: request.method, path: request.path).response
        }
        return router
    }

    /// Answers a client that has a key, once the model is there.
    func authorized(
        _ request: HTTPRequest, _ body: (ServiceState.Ready) throws(APIError) -> HTTPResponse
    ) -> HTTPResponse {
        answer { () throws(APIError) in
            try body(try admit(request))
        }
    }

    /// Answers with JSON that takes time in proportion to the request's body.
    func prepared(
        _ request: HTTPRequest, _ body: @escaping @Sendable (ServiceState.Ready) throws(APIError) -> [UInt8]
    ) async -> HTTPResponse {
        do {
            let ready = try admit(request)
            return .json(
                try await preparation.run(bodySize: request.body.count) { () throws(APIError) in try body(ready) })
        } catch {
            return error.response(in: ErrorEnvelope(path: request.path))
        }
    }

    /// What to serve a request with, if it may come in.
    func admit(_ request: HTTPRequest) throws(APIError) -> ServiceState.Ready {
        try authenticator.check(request)
        if let encoding = request.headers["Content-Encoding"], encoding.lowercased() != "identity" {
            throw .unsupportedEncoding(encoding)
        }
        return try state.ready()
    }

    func answer(_ body: () throws(APIError) -> HTTPResponse) -> HTTPResponse {
        do { return try body() } catch { return error.response }
    }
}
