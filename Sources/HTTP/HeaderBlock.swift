/// The header section of a message as its lines come in, within the limits.
struct HeaderBlock {
    private(set) var headers = HTTPHeaders()
    private var byteCount = 0
    private let limits: HTTPLimits

    /// With the memory around the text.
    var heldBytes: Int { byteCount + headers.count * RequestMemory.fieldOverhead }

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Takes lines up to the empty one. Returns false while it has not come.
    mutating func take(from input: inout InputBuffer) throws(HTTPProtocolError) -> Bool {
        let limit = limits.headerBytes
        while true {
            let excess = HTTPProtocolError(431, "The header fields exceed the limit of \(limit) bytes.")
            guard let line = try input.takeLine(limit: limit - byteCount, orThrow: excess) else { return false }
            if line.isEmpty { return true }
            byteCount += line.count
            guard headers.count < limits.headerCount else {
                throw HTTPProtocolError(431, "The header fields exceed the limit of \(limits.headerCount) in number.")
            }
            let field = try Self.field(line)
            headers.add(field.name, field.value)
        }
    }

    /// One field line: RFC 9112, section 5.
    static func field(_ line: ArraySlice<UInt8>) throws(HTTPProtocolError) -> HTTPHeaders.Field {
        if let first = line.first, ASCII.isBlank(first) {
            throw HTTPProtocolError(400, "A header field continues on a second line (obsolete line folding).")
        }
        guard let colon = line.firstIndex(of: ASCII.colon) else {
            throw HTTPProtocolError(400, "A header field has no colon.")
        }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(ASCII.isToken) else {
            throw HTTPProtocolError(400, "A header field's name is empty or has a character that no name may have.")
        }
        let value = line[(colon + 1)...].trimmingSpaces()
        guard value.allSatisfy(ASCII.isFieldValue) else {
            throw HTTPProtocolError(400, "A header field's value has a control character.")
        }
        return HTTPHeaders.Field(
            name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }
}
