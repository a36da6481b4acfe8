/// The bytes by which a client says in clear that it speaks HTTP/2: RFC 9113, section 3.4.
enum HTTP2Preface {
    enum Match {
        case complete, partial, none
    }

    static let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Whether what came first is the preface, may become it, or is something else.
    static func match(_ received: [UInt8]) -> Match {
        guard zip(received, bytes).allSatisfy(==) else { return .none }
        return received.count < bytes.count ? .partial : .complete
    }
}
