/// A checked request head: what the connection must know, and the request without its body.
package struct HTTP1RequestHead: Sendable {
    package let request: HTTPRequest
    let framing: HTTP1Framing
    /// Whether the client keeps the connection for further requests: RFC 9112, section 9.3.
    package let keepsAlive: Bool
    /// Whether the client waits for 100 Continue before it sends the body.
    package let expectsContinue: Bool

    init(_ line: RequestLine, _ headers: HTTPHeaders, limits: HTTPLimits) throws(HTTPProtocolError) {
        var headers = headers
        try headers.checkHost(version: line.version)
        if let authority = line.authority { headers["Host"] = authority }
        framing = try headers.requestFraming(version: line.version, bodyLimit: limits.body)

        let connection = headers.listElements("Connection")
        keepsAlive = !connection.contains("close") && (line.version == .http11 || connection.contains("keep-alive"))

        let expectations = line.version == .http11 ? headers.listElements("Expect") : []
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw HTTPProtocolError(417, "The only expectation that can be met is 100-continue.")
        }
        expectsContinue = !expectations.isEmpty && framing != .none

        var request = HTTPRequest(method: line.method, path: line.path, query: line.query, headers: headers)
        request.version = line.version
        self.request = request
    }
}

extension HTTPHeaders {
    /// Throws unless there is one Host field, as RFC 9112, section 3.2, demands; HTTP/1.0 needs none.
    func checkHost(version: HTTPVersion) throws(HTTPProtocolError) {
        let hosts = values("Host")
        guard hosts.count == 1 || (hosts.isEmpty && version == .http10) else {
            throw HTTPProtocolError(400, "The request must have exactly one Host field.")
        }
        guard hosts.allSatisfy({ $0.utf8.allSatisfy(ASCII.isHost) }) else {
            throw HTTPProtocolError(400, "The Host field has a character that no host may have.")
        }
    }
}
