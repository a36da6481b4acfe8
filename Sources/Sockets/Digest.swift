import COpenSSL

/// SHA-256.
package enum Digest {
    package static let byteCount = 32

    /// The digest of a text's UTF-8.
    package static func bytes(of text: String) -> [UInt8] { bytes(of: Array(text.utf8)) }

    package static func bytes(of content: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            var size: UInt32 = 0
            let isDone = EVP_Digest(content, content.count, digest.baseAddress, &size, EVP_sha256(), nil)
            precondition(isDone == 1, "OpenSSL has SHA-256")
            count = Int(size)
        }
    }

    /// The digest that 64 hexadecimal digits spell; nil for anything else.
    package static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard text.utf8.count == 2 * byteCount, digits.count == 2 * byteCount else { return nil }
        return (0..<byteCount).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
    }

    /// The digest of a text's UTF-8 in 64 hexadecimal digits.
    package static func hexadecimal(of text: String) -> String { hexadecimal(of: Array(text.utf8)) }

    package static func hexadecimal(of content: [UInt8]) -> String {
        hexadecimal(bytes(of: content))
    }

    /// A digest in hexadecimal digits.
    package static func hexadecimal(_ digest: [UInt8]) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
