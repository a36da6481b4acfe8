/// Why a server gave no answer.
package struct ChatError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// It has no place now; `seconds` is what its Retry-After asks for.
        case busy(seconds: Double?)
        /// The connection failed or the server did: the same request may succeed.
        case transient
        /// The request cannot be answered, with the HTTP status.
        case refused(Int)
    }

    package var kind: Kind
    package var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// Whether every request will meet the same: the key, the model's name or the path is wrong.
    var concernsAll: Bool {
        if case .refused(let status) = kind { [401, 403, 404, 405].contains(status) } else { false }
    }

    /// Of a response whose status is not 200.
    init(status: Int, retryAfter: String?, body: String) {
        let text = body.prefix(500)
        switch status {
        case 429, 503, 529: self.init(.busy(seconds: retryAfter.flatMap { Double($0) }), "status \(status): \(text)")
        case 408, 425, 500...: self.init(.transient, "status \(status): \(text)")
        default: self.init(.refused(status), "status \(status): \(text)")
        }
    }
}
