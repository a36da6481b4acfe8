import Logging
import Sockets

/// What the connections of a server share.
struct HTTPConnectionServices: Sendable {
    let configuration: HTTPServerConfiguration
    let logger: Logger
    let bodyMemory: BodyMemory
    let handler: @Sendable (HTTPRequest) async -> HTTPResponse

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
