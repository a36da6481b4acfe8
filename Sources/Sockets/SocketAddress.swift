import Glibc

/// An address that a TCP socket can be bound or connected to.
package enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// `address` is in network byte order, as the kernel stores it.
    case ipv4(address: UInt32, port: UInt16)
    /// `high` and `low` are the 16 address bytes in memory order.
    case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)

    package var port: Int {
        switch self {
        case .ipv4(_, let port), .ipv6(_, _, let port, _): Int(port)
        }
    }

    /// The numeric address without the port.
    package var host: String {
        let size = Int(INET6_ADDRSTRLEN)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { text in
            text.initialize(repeating: 0)
            guard let base = text.baseAddress else { return "" }
            switch self {
            case .ipv4(var address, _):
                inet_ntop(AF_INET, &address, base, socklen_t(size))
            case .ipv6(let high, let low, _, _):
                var address = (high, low)
                inet_ntop(AF_INET6, &address, base, socklen_t(size))
            }
            return String(cString: base)
        }
    }

    /// `127.0.0.1:8000` or `[::1]:8000`.
    package var description: String {
        switch self {
        case .ipv4: "\(host):\(port)"
        case .ipv6: "[\(host)]:\(port)"
        }
    }

    package func withPort(_ port: Int) -> SocketAddress {
        switch self {
        case .ipv4(let address, _):
            .ipv4(address: address, port: UInt16(truncatingIfNeeded: port))
        case .ipv6(let high, let low, _, let scope):
            .ipv6(high: high, low: low, port: UInt16(truncatingIfNeeded: port), scope: scope)
        }
    }

    /// The addresses of a host name or of a numeric address; an empty host means every interface. Blocks while the
    /// name server is asked.
    package static func resolve(host: String, port: Int) throws(SocketError) -> [SocketAddress] {
        guard (0...65_535).contains(port) else {
            throw SocketError("resolving \(host):\(port)", reason: "the port must be from 0 to 65535")
        }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &list)
        guard status == 0 else {
            throw SocketError("resolving \"\(host)\"", reason: String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        while let entry = list?.pointee {
            if let address = SocketAddress(entry.ai_addr), !found.contains(address) { found.append(address) }
            list = entry.ai_next
        }
        guard !found.isEmpty else {
            throw SocketError("resolving \"\(host)\"", reason: "the name has neither an IPv4 nor an IPv6 address")
        }
        return found
    }
}

extension SocketAddress {
    init?(_ raw: UnsafePointer<sockaddr>?) {
        guard let raw else { return nil }
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            let address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self)
            self = .ipv4(address: address.sin_addr.s_addr, port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in6.self)
            let (high, low) = withUnsafeBytes(of: address.sin6_addr) {
                ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self = .ipv6(
                high: high, low: low, port: UInt16(bigEndian: address.sin6_port), scope: address.sin6_scope_id)
        default:
            return nil
        }
    }

    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }

    /// `[::]`, which can also serve IPv4.
    var isIPv6Wildcard: Bool {
        if case .ipv6(0, 0, _, _) = self { true } else { false }
    }

    /// Calls `body` with the kernel's form of the address.
    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        switch self {
        case .ipv4(let address, let port):
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = address
            return Self.rebound(&raw, body)
        case .ipv6(let high, let low, let port, let scope):
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            raw.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &raw.sin6_addr) {
                $0.storeBytes(of: high, as: UInt64.self)
                $0.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
            }
            return Self.rebound(&raw, body)
        }
    }

    /// The address that a call such as getsockname(2) or accept4(2) stores.
    static func filled(by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
        -> (result: Int32, address: SocketAddress?)
    {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                let result = call(raw, &length)
                return (result, result < 0 ? nil : SocketAddress(raw))
            }
        }
    }

    private static func rebound<T, R>(_ raw: inout T, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: &raw) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<T>.size)) }
        }
    }
}
