import Logging
import Sockets

/// What the connections of a server share.
struct HTTPConnectionServices: Sendable {
    let configuration: HTTPServerConfiguration
    let logger: Logger
    let memory: RequestMemory
    let handler: @Sendable (HTTPRequest) async -> HTTPResponse

    /// What the handler answers, unless memory is short for what its reader may leave waiting.
    func answer(to request: HTTPRequest) async -> HTTPResponse {
        let response = await handler(request)
        guard case .bytes(let bytes) = response.body, !memory.affords(answer: bytes.count) else { return response }
        return configuration.errorResponse(HTTPProtocolError.overloaded.about(path: request.path))
    }

    /// What refuses requests that a client at this address sends, before their bodies are read.
    func refusal(of peer: SocketAddress?) -> (@Sendable (HTTPRequest) -> HTTPResponse?)? {
        guard let refuse = configuration.refuse else { return nil }
        return { request in
            var request = request
            request.peer = peer
            return refuse(request)
        }
    }
}
