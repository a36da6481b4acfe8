/// Writes response heads and chunks.
enum HTTP1ResponseEncoder {
    /// How the body's end is announced.
    enum Framing: Equatable {
        /// No field: the status or the method says that there is no body, or the connection's end is the body's.
        case implied
        case length(Int)
        case chunked
    }

    static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let ownedFields = ["Content-Length", "Transfer-Encoding", "Connection", "Date", "Keep-Alive"]

    /// The head, ready for the body to be appended. `connection` is the Connection field's value.
    static func head(
        status: Int, headers: HTTPHeaders, framing: Framing, connection: String?, bodyCount: Int = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + bodyCount)
        bytes.append("HTTP/1.1 \(status) \(HTTPStatus.reason(status))\r\nDate: ")
        bytes.append(HTTPDate.now())
        bytes.append("\r\n")
        append(headers, to: &bytes)
        switch framing {
        case .implied: break
        case .length(let count): bytes.append("Content-Length: \(count)\r\n")
        case .chunked: bytes.append("Transfer-Encoding: chunked\r\n")
        }
        if let connection { bytes.append("Connection: \(connection)\r\n") }
        bytes.append("\r\n")
        return bytes
    }

    /// One chunk of RFC 9112, section 7.1. `bytes` must not be empty, which would end the body.
    static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        precondition(!bytes.isEmpty)
        var chunk: [UInt8] = []
        chunk.reserveCapacity(bytes.count + 20)
        chunk.appendHex(bytes.count)
        chunk.append("\r\n")
        chunk += bytes
        chunk.append("\r\n")
        return chunk
    }

    /// The chunk that ends a body, with the fields that follow it.
    static func lastChunk(_ trailers: HTTPHeaders = HTTPHeaders()) -> [UInt8] {
        var bytes = Array("0\r\n".utf8)
        append(trailers, to: &bytes)
        bytes.append("\r\n")
        return bytes
    }

    private static func append(_ headers: HTTPHeaders, to bytes: inout [UInt8]) {
        for field in headers where !ownedFields.contains(where: field.name.equalsIgnoringCase) {
            appendSafe(field.name, to: &bytes, isAllowed: ASCII.isToken)
            bytes.append(": ")
            appendSafe(field.value, to: &bytes, isAllowed: ASCII.isFieldValue)
            bytes.append("\r\n")
        }
    }

    /// Appends text in which a byte that could end the field early or break it becomes a space.
    static func appendSafe(_ text: String, to bytes: inout [UInt8], isAllowed: (UInt8) -> Bool) {
        if text.utf8.allSatisfy(isAllowed) {
            bytes.append(contentsOf: text.utf8)
        } else {
            bytes.append(contentsOf: text.utf8.map { isAllowed($0) ? $0 : ASCII.space })
        }
    }
}
