internal import Sockets

/// A key that nobody has seen yet, and the entry that lets it in.
package struct NewKey: Sendable {
    /// Characters that a double click selects together.
    private static let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    /// 256 bits and a little: 43 · log2(62).
    private static let length = 43

    /// What the client sends. It stands nowhere else.
    package let secret: String
    package let key: AccessKey

    /// Takes its randomness from the system's generator.
    package init(name: String, scopes: Set<AccessScope>, limits: AccessKey.Limits) {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<Self.length).map { _ in
            Self.characters[Int.random(in: Self.characters.indices, using: &generator)]
        }
        secret = "sk-apus-" + String(random)
        var key = AccessKey(name: name, digest: Digest.bytes(of: secret), scopes: scopes)
        key.limits = limits
        self.key = key
    }
}

extension AccessKey {
    /// The lines of a keys file that stand for the key.
    package var entry: String {
        let scopes = AccessScope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: ", ")
        var lines = [
            "  - name: \(name)", "    sha256: \(Digest.hexadecimal(digest))", "    scopes: [\(scopes)]",
        ]
        let limits = [
            ("requests_per_minute", limits.requestsPerMinute), ("tokens_per_minute", limits.tokensPerMinute),
            ("max_concurrent", limits.maxConcurrent),
        ]
        for case (let name, let value?) in limits { lines.append("    \(name): \(value)") }
        return lines.joined(separator: "\n") + "\n"
    }
}
