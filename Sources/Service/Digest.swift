internal import COpenSSL

/// SHA-256.
struct Digest {
    private var context = SHA256_CTX()

    init() { SHA256_Init(&context) }

    mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { _ = SHA256_Update(&context, $0.baseAddress, $0.count) }
    }

    /// The digest of what was fed so far, 32 bytes.
    var bytes: [UInt8] {
        var copy = context
        var bytes = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256_Final(&bytes, &copy)
        return bytes
    }

    var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
