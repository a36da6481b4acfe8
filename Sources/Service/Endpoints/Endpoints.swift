internal import HTTP
internal import OpenAI

/// The routes of the API. Each group of routes is an extension in a file of its own.
struct Endpoints: Sendable {
    let access: AccessControl
    let keepAlive: Duration?
    /// Responses that clients may ask for again.
    let responses: ResponseStore
    /// nil: no page is served.
    let page: Page?
    let preparation = RequestPreparation()

    var state: ServiceState { access.state }

    init(access: AccessControl, keepAlive: Duration?, responses: ResponseStore, page: Page?) {
        self.access = access
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
            return access.receive(request).response(to: error)
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
        let served = access.receive(request)
        do throws(APIError) {
            return served.response(try body(try served.admit(for: .inference)))
        } catch {
            return served.response(to: error)
        }
    }

    /// Answers with JSON that takes time in proportion to the request's body.
    func prepared(
        _ request: HTTPRequest, _ body: @escaping @Sendable (ServiceState.Ready) throws(APIError) -> [UInt8]
    ) async -> HTTPResponse {
        let served = access.receive(request)
        do throws(APIError) {
            let ready = try served.admit(for: .inference)
            return served.response(
                .json(
                    try await preparation.run(bodySize: request.body.count) { () throws(APIError) in try body(ready) }))
        } catch {
            return served.response(to: error)
        }
    }

    func answer(_ body: () throws(APIError) -> HTTPResponse) -> HTTPResponse {
        do { return try body() } catch { return error.response }
    }
}
