internal import Engine
internal import HTTP
internal import OpenAI

extension Endpoints {
    /// What tells about the server itself, to whoever runs it.
    func addOperations(to router: inout Router) {
        router.add("GET", "/health") { _ in
            answer { () throws(APIError) in
                _ = try state.ready()
                return HTTPResponse()
            }
        }
        router.add("GET", "/version") { _ in .json(VersionResponse.body(version: Version.text)) }
        router.add("GET", "/metrics") { _ in metrics() }
    }

    private func metrics() -> HTTPResponse {
        let text = state.served.map { $0.metrics.text($0.engine.statistics) } ?? ""
        return HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }
}
