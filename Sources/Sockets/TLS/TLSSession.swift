import COpenSSL

/// One TLS connection as a state machine over memory: ciphertext in, plaintext and ciphertext out, no socket.
///
/// What is to be sent collects in the caller's buffer, even when a method throws: the alert that tells the peer why.
package struct TLSSession: ~Copyable {
    package enum Role: Sendable {
        case server
        /// Checks the certificate for `host` where its context trusts not everyone.
        case client(host: String)
    }

    /// Whether the handshake is complete.
    package private(set) var isOpen = false
    /// Whether the peer said that it will send no more.
    package private(set) var inputEnded = false
    private let session: OpaquePointer
    /// Its pointers are the session's.
    private let context: TLSContext
    private static let largestRecord = 16 << 10
    /// Memory that an idle connection may hold on to, for each direction.
    private static let keptBuffer = 4 << 10

    package init(_ context: TLSContext, _ role: Role) throws(TLSError) {
        ERR_clear_error()
        guard let session = SSL_new(context.pointer) else { throw .withReason("OpenSSL makes no connection") }
        self.session = session
        self.context = context
        SSL_set_bio(session, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
        switch role {
        case .server:
            SSL_set_accept_state(session)
        case .client(let host):
            SSL_set_connect_state(session)
            // SNI carries names only: RFC 6066, section 3.
            if host.contains(where: \.isLetter), !host.contains(":") { openssl_name_server(session, host) }
            if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1 { SSL_set1_host(session, host) }
        }
    }

    deinit {
        SSL_free(session)
    }

    /// The protocol that ALPN chose: `h2`, `http/1.1`, or nil.
    package var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// `TLSv1.3`.
    package var version: String { String(cString: SSL_get_version(session)) }

    /// Whether the handshake resumed an earlier session.
    package var isResumed: Bool { SSL_session_reused(session) == 1 }

    /// Begins a client's handshake.
    package mutating func start(output: inout [UInt8]) throws(TLSError) {
        defer { drain(into: &output) }
        try advance()
    }

    /// Takes what came from the peer, and appends what it said to `plaintext`.
    package mutating func receive(
        _ ciphertext: Span<UInt8>, plaintext: inout [UInt8], output: inout [UInt8]
    ) throws(TLSError) {
        defer { drain(into: &output) }
        let input = SSL_get_rbio(session)
        let taken = ciphertext.withUnsafeBytes { BIO_write(input, $0.baseAddress, Int32($0.count)) }
        guard taken == ciphertext.count else { throw TLSError("TLS ran out of memory.") }
        if !isOpen { try advance() }
        if isOpen { try read(into: &plaintext) }
        if ciphertext.count > Self.keptBuffer, BIO_ctrl_pending(input) == 0 {
            SSL_set0_rbio(session, BIO_new(BIO_s_mem()))
        }
    }

    /// Encrypts bytes for the peer; only once the handshake is complete.
    package mutating func send(_ plaintext: [UInt8], output: inout [UInt8]) throws(TLSError) {
        output.reserveCapacity(output.count + plaintext.count + 64)
        var start = 0
        while start < plaintext.count {
            let count = min(Self.largestRecord, plaintext.count - start)
            ERR_clear_error()
            let written = plaintext.withUnsafeBytes {
                SSL_write(session, $0.baseAddress?.advanced(by: start), Int32(count))
            }
            drain(into: &output)
            guard written > 0 else { throw .withReason("TLS cannot send") }
            start += Int(written)
        }
    }

    /// Tells the peer that nothing more will come.
    package mutating func end(output: inout [UInt8]) {
        guard isOpen else { return }
        ERR_clear_error()
        SSL_shutdown(session)
        drain(into: &output)
    }

    private mutating func advance() throws(TLSError) {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        if result == 1 {
            isOpen = true
        } else if SSL_get_error(session, result) != SSL_ERROR_WANT_READ {
            throw .withReason("the TLS handshake failed")
        }
    }

    private mutating func read(into plaintext: inout [UInt8]) throws(TLSError) {
        while !inputEnded {
            ERR_clear_error()
            let count = withUnsafeTemporaryAllocation(byteCount: Self.largestRecord, alignment: 16) { record in
                let count = SSL_read(session, record.baseAddress, Int32(record.count))
                plaintext.append(contentsOf: record[..<max(0, Int(count))])
                return count
            }
            if count > 0 { continue }
            switch SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN: inputEnded = true
            default: throw .withReason("the TLS connection failed")
            }
        }
    }

    private mutating func drain(into output: inout [UInt8]) {
        let source = SSL_get_wbio(session)
        let count = BIO_ctrl_pending(source)
        guard count > 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { ciphertext in
            let moved = BIO_read(source, ciphertext.baseAddress, Int32(count))
            output.append(contentsOf: ciphertext[..<max(0, Int(moved))])
        }
        if count > Self.keptBuffer { SSL_set0_wbio(session, BIO_new(BIO_s_mem())) }
    }
}
