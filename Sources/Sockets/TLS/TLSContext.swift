import COpenSSL
import Glibc

/// What the TLS connections of a server, or of a client, share: certificate, trust, ciphers, ticket keys.
///
/// Unchecked for the pointer: OpenSSL's contexts are safe on any thread once they are set up.
package final class TLSContext: @unchecked Sendable {
    /// Whom a client believes.
    package enum Trust: Sendable {
        /// The authorities that the system knows.
        case system
        /// Those of a PEM file.
        case file(String)
        /// Any certificate at all: for this machine's own loopback interface.
        case anyone
    }

    let pointer: OpaquePointer
    /// What is no reason to refuse service and should be known: an expired certificate.
    package private(set) var warnings: [String] = []
    private let tickets: TLSTicketKeys?

    deinit {
        SSL_CTX_free(pointer)
    }

    private init(_ method: OpaquePointer?, tickets: TLSTicketKeys?) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(method) else { throw .withReason("OpenSSL does not start") }
        self.pointer = pointer
        self.tickets = tickets
        guard openssl_harden(pointer) == 1 else { throw .withReason("OpenSSL lacks a cipher or a group") }
    }

    /// A server's context; throws when a file is missing, damaged or does not fit. With `previous`, clients of that
    /// context can resume their sessions.
    package convenience init(
        _ configuration: TLSConfiguration, replacing previous: TLSContext? = nil
    ) throws(TLSError) {
        let tickets = previous?.tickets ?? TLSTicketKeys()
        try self.init(TLS_server_method(), tickets: tickets)
        tickets.install(in: pointer)
        openssl_choose_protocols(pointer)
        let certificate = try PEMFile(configuration.certificateFile, "certificate")
        let key = try PEMFile(configuration.keyFile, "key")
        try use(certificate, key, password: configuration.keyPassword)
        try askClients(configuration)
    }

    /// A client's context.
    package convenience init(trusting trust: Trust) throws(TLSError) {
        try self.init(TLS_client_method(), tickets: nil)
        switch trust {
        case .system: SSL_CTX_set_default_verify_paths(pointer)
        case .file(let path): try trustAuthorities(in: try PEMFile(path, "authority"), at: path)
        case .anyone: return
        }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }

    // MARK: Certificate and key

    private func use(_ certificate: PEMFile, _ key: PEMFile, password: String?) throws(TLSError) {
        let leaf = try certificate.withSource { source throws(TLSError) in
            guard let leaf = PEM_read_bio_X509_AUX(source, nil, nil, nil) else {
                throw TLSError("\(certificate.name) holds no certificate in PEM (-----BEGIN CERTIFICATE-----).")
            }
            defer { X509_free(leaf) }
            guard SSL_CTX_use_certificate(pointer, leaf) == 1 else {
                throw .withReason("\(certificate.name) cannot be used")
            }
            try addChain(certificate, source)
            X509_up_ref(leaf)
            return leaf
        }
        defer { X509_free(leaf) }
        let secret = try read(key, password: password)
        defer { EVP_PKEY_free(secret) }
        guard X509_check_private_key(leaf, secret) == 1 else {
            throw TLSError(
                "\(key.name) is not the key of \(certificate.name.lowercasedStart): the two must be made together.")
        }
        guard SSL_CTX_use_PrivateKey(pointer, secret) == 1 else { throw .withReason("\(key.name) cannot be used") }
        if X509_cmp_time(X509_get0_notAfter(leaf), nil) < 0 {
            warnings.append("\(certificate.name) has expired: clients will refuse it.")
        }
        if X509_cmp_time(X509_get0_notBefore(leaf), nil) > 0 {
            warnings.append("\(certificate.name) is not valid yet: clients will refuse it.")
        }
    }

    private func addChain(_ file: PEMFile, _ source: OpaquePointer?) throws(TLSError) {
        while let certificate = PEM_read_bio_X509(source, nil, nil, nil) {
            guard openssl_add_chain_certificate(pointer, certificate) == 1 else {
                X509_free(certificate)
                throw .withReason("\(file.name) has a chain that cannot be used")
            }
        }
        guard openssl_is_at_end() == 1 else { throw .withReason("\(file.name) has a damaged certificate") }
        ERR_clear_error()
    }

    private func read(_ file: PEMFile, password: String?) throws(TLSError) -> OpaquePointer {
        guard file.contains("PRIVATE KEY-----") else {
            throw TLSError("\(file.name) holds no private key in PEM (-----BEGIN PRIVATE KEY-----).")
        }
        if password == nil, file.contains("ENCRYPTED") {
            throw TLSError(
                "\(file.name) is encrypted: give its password as APUS_SSL_KEYFILE_PASSWORD in the environment or as "
                    + "--ssl-keyfile-password.")
        }
        return try file.withSource { source throws(TLSError) in
            if let key = openssl_read_key(source, password) { return key }
            let cause = password == nil ? "is damaged" : "is damaged or has another password"
            throw .withReason("\(file.name) \(cause)")
        }
    }

    // MARK: Certificates of clients

    private func askClients(_ configuration: TLSConfiguration) throws(TLSError) {
        var identity = [UInt8(configuration.clientCertificates.rawValue)]
        if configuration.clientCertificates != .none {
            guard let path = configuration.authorityFile else {
                throw TLSError("Client certificates need the authorities that sign them: give --ssl-ca-certs.")
            }
            let file = try PEMFile(path, "authority")
            try trustAuthorities(in: file, at: path)
            SSL_CTX_set_client_CA_list(pointer, SSL_load_client_CA_file(path))
            let isRequired = configuration.clientCertificates == .required
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
            identity += file.bytes
        }
        // Sessions are resumed under the same demands only.
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_Q_digest(nil, "SHA256", nil, identity, identity.count, &digest, nil)
        SSL_CTX_set_session_id_context(pointer, digest, UInt32(digest.count))
    }

    private func trustAuthorities(in file: PEMFile, at path: String) throws(TLSError) {
        ERR_clear_error()
        guard SSL_CTX_load_verify_locations(pointer, path, nil) == 1 else {
            throw TLSError("\(file.name) holds no certificate in PEM (-----BEGIN CERTIFICATE-----).")
        }
    }
}

extension String {
    /// For use within a sentence.
    fileprivate var lowercasedStart: String { prefix(1).lowercased() + dropFirst() }
}
