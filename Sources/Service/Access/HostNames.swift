internal import Glibc
internal import HTTP
internal import OpenAI

/// The names by which a server of this machine alone may be called where only listed origins may call it.
///
/// A browser takes a page whose name is bound anew to 127.0.0.1 for the server's own (DNS rebinding): no rule on origins
/// holds it then, but its requests still bear its name.
struct HostNames: Sendable {
    /// Beside addresses and localhost; nil: any name will do.
    private let allowed: Set<String>?

    init(_ configuration: ServerConfiguration) {
        let isLocal = configuration.unixSocket == nil && configuration.hosts.allSatisfy(Self.isLoopback)
        guard isLocal, !configuration.allowedOrigins.contains("*") else {
            allowed = nil
            return
        }
        allowed = Set(
            configuration.allowedOrigins.map { origin in
                Self.name(origin.split(separator: "/", omittingEmptySubsequences: true).last ?? "")
            })
    }

    /// The answer to a request under a foreign name.
    func refusal(of request: HTTPRequest) -> HTTPResponse? {
        guard let allowed, let host = request.headers["Host"] else { return nil }
        let name = Self.name(host[...])
        if Self.isAddress(name) || name == "localhost" || name.hasSuffix(".localhost") || allowed.contains(name) {
            return nil
        }
        return APIError.forbidden(
            "The server is not called \(host). Use its address or localhost, or give http://\(host) as one of "
                + "--allowed-origins."
        ).response(in: ErrorEnvelope(path: request.path))
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.") && isAddress(host)
    }

    /// The host without its port and brackets, in small letters.
    private static func name(_ host: Substring) -> String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
        let name = host.prefix { $0 != ":" }.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    private static func isAddress(_ name: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1
    }
}
