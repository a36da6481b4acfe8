import COpenSSL
import Synchronization

/// The keys that encrypt session tickets: a fresh one every hour, and those before it as long as their tickets live.
package final class TLSTicketKeys: Sendable {
    struct Key: Sendable {
        /// 16 bytes that tickets carry.
        let name: [UInt8]
        /// For AES-256.
        let cipher: [UInt8]
        /// For HMAC-SHA256.
        let signature: [UInt8]
        let madeAt: ContinuousClock.Instant

        init(madeAt: ContinuousClock.Instant) {
            func random(_ count: Int) -> [UInt8] {
                var bytes = [UInt8](repeating: 0, count: count)
                precondition(RAND_bytes(&bytes, Int32(count)) == 1, "the system gives no random bytes")
                return bytes
            }
            name = random(16)
            cipher = random(32)
            signature = random(32)
            self.madeAt = madeAt
        }
    }

    static let rotationTime = Duration.seconds(3_600)
    static let ticketLifetime = Duration.seconds(7_200)

    /// The newest first.
    private let keys = Mutex<[Key]>([])

    package init() {}

    /// The key for new tickets.
    func current(_ now: ContinuousClock.Instant = .now) -> Key {
        keys.withLock { keys in
            if let newest = keys.first, now - newest.madeAt < Self.rotationTime { return newest }
            let fresh = Key(madeAt: now)
            keys = [fresh] + keys.filter { now - $0.madeAt < Self.rotationTime + Self.ticketLifetime }
            return fresh
        }
    }

    /// The key of a ticket that was given out, and whether it is still the one for new tickets.
    func key(named name: some Sequence<UInt8>, _ now: ContinuousClock.Instant = .now) -> (key: Key, isCurrent: Bool)? {
        keys.withLock { keys in
            guard let index = keys.firstIndex(where: { $0.name.elementsEqual(name) }) else { return nil }
            let age = now - keys[index].madeAt
            guard age < Self.rotationTime + Self.ticketLifetime else { return nil }
            return (keys[index], age < Self.rotationTime)
        }
    }

    /// Makes a context's tickets use these keys, which must outlive it.
    func install(in context: OpaquePointer) {
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_timeout(context, Int(Self.ticketLifetime / .seconds(1)))
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { session, name, vector, cipher, signature, encrypts in
            guard let session, let name, let vector,
                let owner = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0)
            else { return -1 }
            let keys = Unmanaged<TLSTicketKeys>.fromOpaque(owner).takeUnretainedValue()
            if encrypts == 1 {
                let key = keys.current()
                for (index, byte) in key.name.enumerated() { name[index] = byte }
                guard RAND_bytes(vector, 16) == 1,
                    EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1,
                    openssl_key_ticket_signature(signature, key.signature, key.signature.count) == 1
                else { return -1 }
                return 1
            }
            guard let (key, isCurrent) = keys.key(named: UnsafeBufferPointer(start: name, count: 16)) else { return 0 }
            guard openssl_key_ticket_signature(signature, key.signature, key.signature.count) == 1,
                EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1
            else { return -1 }
            // 2: accept the ticket and give a new one.
            return isCurrent ? 1 : 2
        }
    }
}
