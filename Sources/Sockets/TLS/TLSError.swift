import COpenSSL

/// What is wrong with a certificate, a key or a TLS connection: the file or the peer's fault, and the remedy.
package struct TLSError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// With OpenSSL's newest reason after the text.
    static func withReason(_ text: String) -> TLSError {
        TLSError("\(text): \(reason)")
    }

    private static var reason: String {
        guard let text = ERR_reason_error_string(ERR_peek_last_error()) else { return "the peer broke off" }
        return String(cString: text)
    }
}
