/// Which pages of other origins may use the server from a browser.
package struct CORSPolicy: Sendable {
    /// `*` allows every origin.
    package var allowedOrigins = ["*"]
    package var allowsCredentials = false
    /// Response fields that scripts may read beside the safelisted ones.
    package var exposedHeaders = ["X-Request-Id", "Retry-After", "Server-Timing"]
    /// How long browsers may keep the answer to a preflight.
    package var maxAge = Duration.seconds(86_400)

    package init(allowedOrigins: [String] = ["*"]) {
        self.allowedOrigins = allowedOrigins
    }

    /// Adds the fields that every response carries.
    package func apply(to headers: inout HTTPHeaders, origin: String?) {
        let allowsAll = allowedOrigins.contains("*")
        if allowsAll, !allowsCredentials {
            headers["Access-Control-Allow-Origin"] = "*"
        } else {
            headers.add("Vary", "Origin")
            guard let origin, allowsAll || allowedOrigins.contains(where: origin.equalsIgnoringCase) else { return }
            headers["Access-Control-Allow-Origin"] = origin
        }
        if allowsCredentials { headers["Access-Control-Allow-Credentials"] = "true" }
        if !exposedHeaders.isEmpty {
            headers["Access-Control-Expose-Headers"] = exposedHeaders.joined(separator: ", ")
        }
    }

    /// Adds the fields that answer a preflight.
    func applyPreflight(to headers: inout HTTPHeaders, request: HTTPRequest, methods: String) {
        guard request.headers.contains("Access-Control-Request-Method") else { return }
        headers["Access-Control-Allow-Methods"] = methods
        if let wanted = request.headers["Access-Control-Request-Headers"] {
            headers["Access-Control-Allow-Headers"] = wanted
            headers.add("Vary", "Access-Control-Request-Headers")
        }
        headers["Access-Control-Max-Age"] = "\(maxAge.components.seconds)"
    }
}
