/// Finds the handler for a method and a path, and answers HEAD, OPTIONS, CORS, 404 and 405 by itself.
package struct Router: Sendable {
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct Route: Sendable {
        let pattern: RoutePattern
        var handlers: [(method: String, handler: Handler)]

        subscript(method: String) -> Handler? {
            handlers.first { $0.method == method }?.handler
        }

        /// The methods with HEAD, which follows from GET, and OPTIONS.
        var allowed: String {
            var methods = handlers.map(\.method)
            if methods.contains("GET"), !methods.contains("HEAD") { methods.append("HEAD") }
            if !methods.contains("OPTIONS") { methods.append("OPTIONS") }
            return methods.joined(separator: ", ")
        }
    }

    package typealias ErrorResponse = @Sendable (_ status: Int, _ message: String, HTTPRequest) -> HTTPResponse

    private var routes: [Route] = []
    private let cors: CORSPolicy?
    private let errorResponse: ErrorResponse

    /// Without a policy no CORS fields are sent. `errorResponse` makes the answers 404 and 405.
    package init(cors: CORSPolicy? = CORSPolicy(), errorResponse: @escaping ErrorResponse = Self.plainErrorResponse) {
        self.cors = cors
        self.errorResponse = errorResponse
    }

    package static let plainErrorResponse: ErrorResponse = { status, message, _ in
        .text("\(message)\n", status: status)
    }

    /// Registers a handler. `{name}` in the pattern takes one path segment, a last `{name...}` one or more; the values
    /// come in the request's `parameters`. The most specific pattern that matches wins.
    package mutating func add(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
        let pattern = RoutePattern(pattern)
        if let index = routes.firstIndex(where: { $0.pattern == pattern }) {
            routes[index].handlers.append((method, handler))
        } else {
            let index = routes.firstIndex { pattern.isMoreSpecific(than: $0.pattern) } ?? routes.endIndex
            routes.insert(Route(pattern: pattern, handlers: [(method, handler)]), at: index)
        }
    }

    /// The methods and patterns that are registered.
    package var registrations: [(method: String, pattern: String)] {
        routes.flatMap { route in route.handlers.map { ($0.method, route.pattern.text) } }
    }

    /// The response to a request, with the CORS fields that every response carries.
    package func handle(_ request: HTTPRequest) async -> HTTPResponse {
        var response = await route(request)
        cors?.apply(to: &response.headers, origin: request.headers["Origin"])
        return response
    }

    private func route(_ request: HTTPRequest) async -> HTTPResponse {
        if request.path == "*" {
            return options(request, methods: "GET, HEAD, POST, OPTIONS")
        }
        var found: (route: Route, parameters: [String: String])?
        for route in routes {
            guard let parameters = route.pattern.match(request.path) else { continue }
            let answers = route[request.method] ?? (request.method == "HEAD" ? route["GET"] : nil)
            if let answers {
                var request = request
                request.parameters = parameters
                return await answers(request)
            }
            if found == nil { found = (route, parameters) }
        }
        guard let found else {
            return errorResponse(404, "There is no \(request.path) here.", request)
        }
        if request.method == "OPTIONS" { return options(request, methods: found.route.allowed) }
        let allowed = found.route.allowed
        var response = errorResponse(
            405, "\(request.path) does not answer \(request.method), only \(allowed).", request)
        response.headers["Allow"] = allowed
        return response
    }

    private func options(_ request: HTTPRequest, methods: String) -> HTTPResponse {
        var response = HTTPResponse(status: 204, headers: ["Allow": methods])
        cors?.applyPreflight(to: &response.headers, request: request, methods: methods)
        return response
    }
}
