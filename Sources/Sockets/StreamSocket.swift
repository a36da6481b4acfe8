import CLinux
import Glibc

/// What a non-blocking read or write came to.
enum TransferResult {
    case moved(Int)
    case wouldBlock
    case failed(Int32)
}

/// The system calls on stream sockets; options of TCP do nothing to Unix sockets. No call raises SIGPIPE; interrupted
/// calls are repeated.
enum StreamSocket {
    /// A new non-blocking socket, closed on exec.
    static func open(_ address: SocketAddress, for operation: String) throws(SocketError) -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(address.family, type, 0)
        guard number >= 0 else { throw SocketError(operation, code: errno) }
        return FileDescriptor(owning: number)
    }

    static func receive(_ descriptor: Int32, into buffer: inout [UInt8]) -> TransferResult {
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count >= 0 { return .moved(count) }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { return .failed(errno) }
        }
    }

    static func send(_ descriptor: Int32, _ bytes: [UInt8], from offset: Int) -> TransferResult {
        while true {
            let count = bytes.withUnsafeBytes { source in
                let rest = UnsafeRawBufferPointer(rebasing: source[offset...])
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 { return .moved(count) }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { return .failed(errno) }
        }
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, to value: Int32) {
        var value = value
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Small writes leave at once, dead peers are noticed within two minutes, and the kernel holds little unsent data.
    /// Sockets that a listener accepts inherit these settings.
    static func tune(_ descriptor: Int32) {
        let tcp = Int32(IPPROTO_TCP)
        set(descriptor, tcp, TCP_NODELAY, to: 1)
        set(descriptor, tcp, TCP_NOTSENT_LOWAT, to: 128 << 10)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, to: 1)
        set(descriptor, tcp, TCP_KEEPIDLE, to: 60)
        set(descriptor, tcp, TCP_KEEPINTVL, to: 15)
        set(descriptor, tcp, TCP_KEEPCNT, to: 4)
    }

    /// Makes close(2) send a reset and drop what is unsent.
    static func resetOnClose(_ descriptor: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    /// The pending error of a connect(2) in progress, 0 when it succeeded.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    static func isListening(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    /// Whether the connection is dead in both directions, without reading. A peer that only ended its own is not.
    static func isDead(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & (POLLERR | POLLHUP) != 0
    }
}
