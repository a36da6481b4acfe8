package import Sockets

/// What a server listens on and how much of everything it grants.
package struct HTTPServerConfiguration: Sendable {
    /// Numeric addresses or names; an empty one stands for every interface.
    package var hosts: [String]
    /// 0 lets the kernel choose.
    package var port: Int
    /// A Unix socket to listen on in place of hosts and port.
    package var unixPath: String?
    /// Whether sockets that systemd passes on are listened on in place of all others.
    package var takesInheritedSockets = false
    package var backlog = 1_024
    package var limits = HTTPLimits()
    package var http2 = HTTP2Limits()
    /// Makes every connection one over TLS; nil: in clear.
    package var tls: TLSContext?
    /// Open connections. Those beyond it are answered with 503 and closed.
    package var maxConnections = 16_384
    /// Bytes of requests from their first one until the response is made, and of responses until they are sent, all
    /// connections together; at least one body of the largest size. Beyond it: 503.
    package var requestMemory = 1 << 30
    /// For a whole request head, from its first byte, or from the connection's start. Beyond it: 408.
    package var headTime = Duration.seconds(30)
    /// Between two pieces of a request body. Beyond it: 408.
    package var bodyTime = Duration.seconds(30)
    /// Bytes of a request body that must come per second, on average, once `bodyTime` is over. Below it: 408.
    package var bodyRate = 256
    /// Between two requests of one connection, which is then closed.
    package var idleTime = Duration.seconds(75)
    /// Unsent bytes of one connection above which `ResponseWriter.write` suspends; it goes on at the transport's
    /// `lowWater`.
    package var highWater = 256 << 10
    /// Includes the stall time after which a client that reads nothing is dropped.
    package var transport = TransportLimits()
    /// Looks at the head of a request whose body is still to come: a response refuses it, and the body is not read.
    package var refuse: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    /// The response to a request that no handler sees: malformed, too large, too slow, one too many.
    package var errorResponse: @Sendable (HTTPProtocolError) -> HTTPResponse

    package init(
        hosts: [String] = ["127.0.0.1"], port: Int = 0,
        errorResponse: @escaping @Sendable (HTTPProtocolError) -> HTTPResponse = Self.plainErrorResponse
    ) {
        self.hosts = hosts
        self.port = port
        self.errorResponse = errorResponse
    }

    package static let plainErrorResponse: @Sendable (HTTPProtocolError) -> HTTPResponse = { error in
        var response = HTTPResponse.text("\(error.message)\n", status: error.status)
        if error.status == 503 { response.headers["Retry-After"] = "1" }
        return response
    }

    /// Sets every time in which a client must go on with what it began; a handshake gets no more than it has by default.
    package mutating func setClientTimeout(_ time: Duration) {
        headTime = time
        bodyTime = time
        transport.stallTime = time
        transport.handshakeTime = min(transport.handshakeTime, time)
    }

    /// How long a body may have taken of which so many bytes came.
    func timeForBody(_ count: Int) -> Duration {
        bodyTime + .seconds(count / bodyRate)
    }
}
