import CLinux
import Glibc

/// An address that a stream socket can be bound or connected to.
package enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// `address` is in network byte order, as the kernel stores it.
    case ipv4(address: UInt32, port: UInt16)
    /// `high` and `low` are the 16 address bytes in memory order.
    case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)
    /// A Unix socket's file; empty for a client's, which has none.
    case unix(path: String)

    package var port: Int {
        switch self {
        case .ipv4(_, let port), .ipv6(_, _, let port, _): Int(port)
        case .unix: 0
        }
    }

    /// The numeric address without the port, or the path.
    package var host: String {
        if case .unix(let path) = self { return path }
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
            case .unix:
                break
            }
            return String(cString: base)
        }
    }

    /// `127.0.0.1:8000`, `[::1]:8000` or `unix:/run/apus.sock`.
    package var description: String {
        switch self {
        case .ipv4: "\(host):\(port)"
        case .ipv6: "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    package func withPort(_ port: Int) -> SocketAddress {
        switch self {
        case .ipv4(let address, _):
            .ipv4(address: address, port: UInt16(truncatingIfNeeded: port))
        case .ipv6(let high, let low, _, let scope):
            .ipv6(high: high, low: low, port: UInt16(truncatingIfNeeded: port), scope: scope)
        case .unix:
            self
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
        var next = list
        while let entry = next?.pointee {
            if let address = SocketAddress(entry.ai_addr), !found.contains(address) { found.append(address) }
            next = entry.ai_next
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
        case AF_UNIX:
            // A path that fills the field is not ended by a zero.
            let address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_un.self)
            let path = withUnsafeBytes(of: address.sun_path) { $0.prefix { $0 != 0 } }
            self = .unix(path: String(decoding: path, as: UTF8.self))
        default:
            return nil
        }
    }

    /// The bytes that a Unix socket's path may have.
    static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
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
        case .unix(let path):
            var raw = sockaddr_un()
            raw.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &raw.sun_path) { $0.copyBytes(from: path.utf8.prefix(Self.longestPath)) }
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
