import CNghttp2

/// A response's head or trailers in HTTP/2's form: names in lower case, values that end no field early.
struct HTTP2Headers {
    /// Fields of one HTTP/1 connection: RFC 9113, section 8.2.2.
    static let forbidden = ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"]

    /// All names and values, one after the other.
    private var text: [UInt8] = []
    private var fields: [(name: Range<Int>, value: Range<Int>)] = []

    /// - Parameter status: nil for trailers.
    init(status: Int?, _ headers: HTTPHeaders) {
        if let status { add(":status", String(status)) }
        for field in headers { add(field.name, field.value) }
    }

    private mutating func add(_ name: String, _ value: String) {
        let start = text.count
        text += name.utf8.map(ASCII.lowercased)
        let middle = text.count
        HTTP1ResponseEncoder.appendSafe(value, to: &text, isAllowed: ASCII.isFieldValue)
        fields.append((start..<middle, middle..<text.count))
    }

    /// Calls `body` with nghttp2's form of the fields and their number.
    func withFields(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> Void) {
        var text = text
        text.withUnsafeMutableBufferPointer { text in
            let list = fields.map { name, value in
                nghttp2_nv(
                    name: text.baseAddress?.advanced(by: name.lowerBound),
                    value: text.baseAddress?.advanced(by: value.lowerBound), namelen: name.count, valuelen: value.count,
                    flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
            }
            list.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
