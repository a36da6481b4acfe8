/// How a message's end is found.
enum HTTP1Framing: Hashable {
    case none
    case length(Int)
    case chunked
    case untilClose
}

extension HTTPHeaders {
    /// The one Content-Length, or nil without one; a number that no integer holds is the largest integer. Stricter than
    /// RFC 9112, section 6.3: equal duplicates are refused too.
    func contentLength() throws(HTTPProtocolError) -> Int? {
        let values = values("Content-Length")
        guard let value = values.first else { return nil }
        guard values.count == 1 else {
            throw HTTPProtocolError(400, "The message has more than one Content-Length.")
        }
        guard !value.isEmpty, value.utf8.allSatisfy(ASCII.isDigit) else {
            throw HTTPProtocolError(400, "The Content-Length \"\(value)\" is no decimal number.")
        }
        return Int(value) ?? .max
    }

    /// Whether the message is chunked. Other codings, and chunked other than once and last, are refused; so are second
    /// fields and empty list elements, which a proxy in front may read in another way.
    func isChunked() throws(HTTPProtocolError) -> Bool {
        let values = values("Transfer-Encoding")
        guard let value = values.first else { return false }
        if values.count == 1, value.equalsIgnoringCase("chunked") { return true }
        let codings = values.joined(separator: ",").lowercasedASCII().split(
            separator: ",", omittingEmptySubsequences: false
        )
        .map { String(Substring($0.utf8.trimmingSpaces())) }
        if codings.last == "chunked", !codings.contains(""), !codings.dropLast().contains("chunked") {
            throw HTTPProtocolError(
                501, "The transfer coding \"\(codings[0])\" is not implemented; send chunked alone.")
        }
        throw HTTPProtocolError(400, "The Transfer-Encoding must be chunked, once and last.")
    }

    /// The framing of a request: RFC 9112, section 6.3.
    func requestFraming(version: HTTPVersion, bodyLimit: Int) throws(HTTPProtocolError) -> HTTP1Framing {
        let length = try contentLength()
        if contains("Transfer-Encoding") {
            guard version == .http11 else {
                throw HTTPProtocolError(400, "HTTP/1.0 has no Transfer-Encoding.")
            }
            guard length == nil else {
                throw HTTPProtocolError(400, "The message has both Transfer-Encoding and Content-Length.")
            }
            return try isChunked() ? .chunked : .none
        }
        guard let length else { return .none }
        guard length <= bodyLimit else { throw .bodyTooLarge(limit: bodyLimit) }
        return length == 0 ? .none : .length(length)
    }
}

extension HTTPProtocolError {
    static func bodyTooLarge(limit: Int) -> HTTPProtocolError {
        HTTPProtocolError(413, "The body exceeds the limit of \(limit) bytes.")
    }
}
