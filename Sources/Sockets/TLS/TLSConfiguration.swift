/// A server's certificate and what it asks of its clients.
package struct TLSConfiguration: Sendable {
    /// Whether clients show certificates; Python's names and numbers, as vLLM's `--ssl-cert-reqs` takes them.
    package enum ClientCertificates: Int, Sendable, CaseIterable {
        /// Clients are not asked.
        case none
        /// Clients may show one; a bad one is refused.
        case optional
        /// Clients without a good one are refused.
        case required
    }

    /// PEM file with the certificate, then those that lead to its root.
    package var certificateFile: String
    /// PEM file with the certificate's private key.
    package var keyFile: String
    /// For an encrypted key.
    package var keyPassword: String?
    /// PEM file with the authorities whose client certificates are good.
    package var authorityFile: String?
    package var clientCertificates = ClientCertificates.none

    package init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
