internal import HTTP
internal import Logging
internal import OpenAI
internal import Telemetry

/// Who may do what and how much of it, and the log of who did.
struct AccessControl: Sendable {
    let state: ServiceState
    let keys: KeyRing
    /// Gets one line for each request of the API.
    let audit: Logger
    /// Whether that line has the prompts.
    var logsPrompts = false
    /// Where prefixes of a proxy's paths are taken off.
    var rootPath = ""

    /// A request of the API, from now on.
    func receive(_ request: HTTPRequest) -> ServedRequest {
        ServedRequest(request, self)
    }

    /// Looks at a head whose body is still to come: a client that would be refused cannot make the server read one.
    func refusal(of head: HTTPRequest) -> HTTPResponse? {
        let request = head.relative(to: rootPath)
        let scope = Endpoints.scope(ofPath: request.path)
        let served = receive(request)
        do throws(APIError) {
            let holder = try served.identify(for: scope)
            if scope == .inference { try holder?.usage.check() }
            return nil
        } catch {
            return served.response(to: error)
        }
    }
}
