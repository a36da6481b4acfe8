/// A request's first line: RFC 9112, section 3.
struct RequestLine {
    let method: String
    let path: String
    let query: String?
    /// The host of a target in absolute form, which stands in for the Host field.
    let authority: String?
    let version: HTTPVersion

    init(_ line: ArraySlice<UInt8>) throws(HTTPProtocolError) {
        let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw HTTPProtocolError(400, "The request line is not a method, a target and a version.")
        }
        guard !parts[0].isEmpty, parts[0].allSatisfy(ASCII.isToken) else {
            throw HTTPProtocolError(400, "The method is empty or has a character that no method may have.")
        }
        guard !parts[1].isEmpty, parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw HTTPProtocolError(400, "The target is empty or has a character that must be percent-encoded.")
        }
        version = try Self.version(parts[2])
        method = String(decoding: parts[0], as: UTF8.self)
        guard parts[0].count <= 32, method != "CONNECT" else {
            throw HTTPProtocolError(501, "The method is not implemented.")
        }
        let target = String(decoding: parts[1], as: UTF8.self)
        if target == "*", method == "OPTIONS" {
            (path, query, authority) = ("*", nil, nil)
            return
        }
        let rest: Substring
        if target.hasPrefix("/") {
            authority = nil
            rest = target[...]
        } else {
            let (host, tail) = try Self.absolute(target)
            authority = host
            rest = tail
        }
        let pathAndQuery = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = pathAndQuery[0].isEmpty ? "/" : String(pathAndQuery[0])
        query = pathAndQuery.count > 1 ? String(pathAndQuery[1]) : nil
    }

    private static func version(_ bytes: ArraySlice<UInt8>) throws(HTTPProtocolError) -> HTTPVersion {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "HTTP/1.1": return .http11
        case "HTTP/1.0": return .http10
        default: break
        }
        let digits = Array(bytes.dropFirst(5))
        guard text.hasPrefix("HTTP/"), digits.count == 3, ASCII.isDigit(digits[0]), digits[1] == UInt8(ascii: "."),
            ASCII.isDigit(digits[2])
        else { throw HTTPProtocolError(400, "The request line does not end in an HTTP version.") }
        // A higher minor version is served as the highest that is known: RFC 9110, section 2.5.
        if digits[0] == UInt8(ascii: "1") { return .http11 }
        throw HTTPProtocolError(505, "The version \(text) is not supported; use HTTP/1.1.")
    }

    private static func absolute(_ target: String) throws(HTTPProtocolError) -> (host: String, rest: Substring) {
        let lowered = target.lowercasedASCII()
        for scheme in ["http://", "https://"] where lowered.hasPrefix(scheme) {
            let tail = target.dropFirst(scheme.count)
            let host = tail.prefix { $0 != "/" && $0 != "?" }
            guard !host.isEmpty, host.utf8.allSatisfy(ASCII.isHost) else { break }
            return (String(host), tail[host.endIndex...])
        }
        throw HTTPProtocolError(400, "The target is neither a path nor an http URL.")
    }
}
