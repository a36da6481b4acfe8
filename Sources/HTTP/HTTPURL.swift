/// The parts of an `http://` or `https://` URL that a client needs.
package struct HTTPURL: Sendable, Hashable {
    package let isSecure: Bool
    package let host: String
    package let port: Int
    /// The path with its query, as it is sent; begins with `/`.
    package let target: String

    /// nil where the text is no absolute URL of these schemes.
    package init?(_ text: String) {
        let lowered = text.lowercasedASCII()
        guard let scheme = ["http://", "https://"].first(where: lowered.hasPrefix) else { return nil }
        isSecure = scheme == "https://"
        let tail = text.dropFirst(scheme.count)
        let authority = tail.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let rest = tail[authority.endIndex...].prefix { $0 != "#" }
        guard !authority.contains("@"), rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        target = rest.hasPrefix("/") ? String(rest) : "/" + rest

        let hostEnd: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<bracket])
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<hostEnd])
        }
        guard !host.isEmpty, host.utf8.allSatisfy(ASCII.isHost) else { return nil }
        let portText = authority[hostEnd...]
        if portText.isEmpty || portText == ":" {
            port = Self.defaultPort(isSecure)
        } else {
            guard portText.hasPrefix(":"), let number = UInt16(portText.dropFirst()) else { return nil }
            port = Int(number)
        }
    }

    /// The base of an OpenAI-compatible API as people type it, without slashes at its end and without `/v1`.
    package static func apiBase(_ text: String) -> String {
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        if base.hasSuffix("/v1") { base.removeLast(3) }
        return base
    }

    /// The Host field's value.
    var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == Self.defaultPort(isSecure) ? host : "\(host):\(port)"
    }

    /// What connections are kept and shared for.
    var origin: String { "\(isSecure ? "https" : "http")://\(authority)" }

    private static func defaultPort(_ isSecure: Bool) -> Int { isSecure ? 443 : 80 }
}
