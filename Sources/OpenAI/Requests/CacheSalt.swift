internal import Engine

/// Numbers for the strings that keep tenants' cached prefixes apart.
enum CacheSalt {
    /// Drawn at start, so that nobody can look for two strings with one number.
    private static let key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    /// Not 0, which is the number of requests without salt.
    static func number(of parts: [String]) -> UInt64 {
        var hash = SipHash(key: key)
        for part in parts {
            let bytes = Array(part.utf8)
            hash.append(UInt64(bytes.count))
            for start in stride(from: 0, to: bytes.count, by: 8) {
                hash.append(bytes[start..<min(start + 8, bytes.count)].reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        return max(1, hash.finish().0)
    }
}
