/// The parts of an `http://` URL that a client needs.
package struct HTTPURL: Sendable, Hashable {
    package let host: String
    package let port: Int
    /// The path with its query, as it is sent; begins with `/`.
    package let target: String

    /// nil where the text is no absolute http URL.
    package init?(_ text: String) {
        let scheme = "http://"
        guard text.lowercasedASCII().hasPrefix(scheme) else { return nil }
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
            port = 80
        } else {
            guard portText.hasPrefix(":"), let number = UInt16(portText.dropFirst()) else { return nil }
            port = Int(number)
        }
    }

    /// The Host field's value.
    var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? host : "\(host):\(port)"
    }
}
