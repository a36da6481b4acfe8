import CLinux
@preconcurrency import Dispatch
import Glibc
package import Logging
import Synchronization

/// A bound, listening stream socket. Out of descriptors it pauses for a moment and goes on.
package final class Listener: Sendable {
    private struct State: ~Copyable {
        var descriptor: FileDescriptor?
        var readiness: (any Readiness)?
        var isPaused = false
        var isResting = false
        var complainedAt: ContinuousClock.Instant?
    }

    /// The address with the port that the kernel chose where 0 was asked for.
    package let address: SocketAddress
    private let file: String?
    private let number: Int32
    private let limits: TransportLimits
    private let logger: Logger
    private let loop = EventLoop.next()
    private let state: Mutex<State>

    private static let restAfterExhaustion = DispatchTimeInterval.milliseconds(100)
    /// Between two lines of the log about it.
    private static let complaintInterval = Duration.seconds(60)

    /// `file` goes away with the listener.
    private init(
        _ descriptor: consuming FileDescriptor, address: SocketAddress, limits: TransportLimits, logger: Logger,
        file: String? = nil
    ) {
        self.file = file
        number = descriptor.number
        self.address = address
        self.limits = limits
        self.logger = logger
        state = Mutex(State(descriptor: descriptor))
    }

    /// Listens on every address that `host` stands for: a numeric address, a name, or an empty string for all
    /// interfaces. With port 0 the kernel chooses one port for all. Blocks while a name is resolved.
    package static func listen(
        host: String, port: Int, backlog: Int = 1_024, limits: TransportLimits = TransportLimits(), logger: Logger
    ) throws(SocketError) -> [Listener] {
        let addresses = try SocketAddress.resolve(host: host, port: port)
        var listeners: [Listener] = []
        var failure: SocketError?
        for address in addresses {
            let wanted = port == 0 ? address.withPort(listeners.first?.address.port ?? 0) : address
            do throws(SocketError) {
                let isOnlyIPv6 = !(address.isIPv6Wildcard && addresses.count == 1)
                listeners.append(
                    try listen(wanted, backlog: backlog, isOnlyIPv6: isOnlyIPv6, limits: limits, logger: logger))
            } catch {
                // A name may stand for addresses of a family that this machine lacks.
                guard addresses.count > 1, [EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.code) else { throw error }
                failure = error
            }
        }
        if listeners.isEmpty, let failure { throw failure }
        return listeners
    }

    private static func listen(
        _ address: SocketAddress, backlog: Int, isOnlyIPv6: Bool, limits: TransportLimits, logger: Logger
    ) throws(SocketError) -> Listener {
        let operation = "listening on \(address)"
        let descriptor = try StreamSocket.open(address, for: operation)
        let number = descriptor.number
        StreamSocket.set(number, SOL_SOCKET, SO_REUSEADDR, to: 1)
        if address.family == AF_INET6 {
            StreamSocket.set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: isOnlyIPv6 ? 1 : 0)
        }
        StreamSocket.tune(number)
        guard address.withSockaddr({ bind(number, $0, $1) }) == 0, Glibc.listen(number, Int32(backlog)) == 0 else {
            throw SocketError(operation, code: errno)
        }
        guard let bound = SocketAddress.filled(by: { getsockname(number, $0, $1) }).address else {
            throw SocketError(operation, code: errno)
        }
        return Listener(descriptor, address: bound, limits: limits, logger: logger)
    }

    /// Listens on a Unix socket. A file that a dead process left is replaced.
    package static func listen(
        path: String, backlog: Int = 1_024, limits: TransportLimits = TransportLimits(), logger: Logger
    ) throws(SocketError) -> Listener {
        let address = SocketAddress.unix(path: path)
        let operation = "listening on \(address)"
        guard (1...SocketAddress.longestPath).contains(path.utf8.count) else {
            throw SocketError(operation, reason: "the path must have 1 to \(SocketAddress.longestPath) bytes")
        }
        let descriptor = try StreamSocket.open(address, for: operation)
        let number = descriptor.number
        if address.withSockaddr({ bind(number, $0, $1) }) != 0 {
            guard errno == EADDRINUSE, isAbandoned(address), unlink(path) == 0,
                address.withSockaddr({ bind(number, $0, $1) }) == 0
            else { throw SocketError(operation, code: errno) }
        }
        guard Glibc.listen(number, Int32(backlog)) == 0 else { throw SocketError(operation, code: errno) }
        return Listener(descriptor, address: address, limits: limits, logger: logger, file: path)
    }

    /// Whether a Unix socket's file has no process behind it.
    private static func isAbandoned(_ address: SocketAddress) -> Bool {
        guard let probe = try? StreamSocket.open(address, for: "probing") else { return false }
        let isRefused = address.withSockaddr({ connect(probe.number, $0, $1) }) != 0 && errno == ECONNREFUSED
        // What bind(2) said holds if somebody is there.
        if !isRefused { errno = EADDRINUSE }
        return isRefused
    }

    /// The sockets that systemd listens on for this process (sd_listen_fds(3)); none unless it was started so.
    package static func inherited(
        limits: TransportLimits = TransportLimits(), logger: Logger
    ) throws(SocketError) -> [Listener] {
        func number(_ name: String) -> Int32? { getenv(name).flatMap { Int32(String(cString: $0)) } }
        guard number("LISTEN_PID") == getpid(), let count = number("LISTEN_FDS"), count > 0 else { return [] }
        unsetenv("LISTEN_PID")
        unsetenv("LISTEN_FDS")
        var listeners: [Listener] = []
        for number in 3..<(3 + count) {
            let descriptor = FileDescriptor(owning: number)
            let operation = "taking over descriptor \(number) from systemd"
            guard StreamSocket.isListening(number), fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0,
                fcntl(number, F_SETFD, FD_CLOEXEC) == 0,
                let address = SocketAddress.filled(by: { getsockname(number, $0, $1) }).address
            else { throw SocketError(operation, reason: "it is no listening stream socket: check the .socket unit") }
            StreamSocket.tune(number)
            listeners.append(Listener(descriptor, address: address, limits: limits, logger: logger))
        }
        return listeners
    }

    /// Begins to accept. `body` is called on the listener's event loop.
    package func start(_ body: @escaping @Sendable (Connection) -> Void) {
        state.withLock { state in
            guard state.descriptor != nil, state.readiness == nil else { return }
            state.readiness = loop.watch(number, readable: { [weak self] in self?.accept(body) }, writable: {})
            update(&state)
        }
    }

    /// Leaves further connections in the kernel's backlog, or takes them again.
    package func setAccepting(_ enabled: Bool) {
        state.withLock { state in
            state.isPaused = !enabled
            update(&state)
        }
    }

    /// Stops listening; connections in the backlog are refused.
    package func close() {
        state.withLock { state in
            if state.descriptor != nil, let file { unlink(file) }
            guard let readiness = state.readiness.take() else {
                state.descriptor = nil
                return
            }
            readiness.cancel { self.state.withLock { $0.descriptor = nil } }
        }
    }

    private func update(_ state: inout State) {
        state.readiness?.setReading(!state.isPaused && !state.isResting)
    }

    private func accept(_ body: (Connection) -> Void) {
        for _ in 0..<64 {
            let isOpen = state.withLock { $0.readiness != nil && !$0.isPaused }
            guard isOpen else { return }
            let (accepted, peer) = SocketAddress.filled { linux_accept(number, $0, $1) }
            if accepted >= 0 {
                let descriptor = FileDescriptor(owning: accepted)
                body(Connection(descriptor, peer: peer ?? address, limits: limits))
                continue
            }
            switch errno {
            case EAGAIN: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return rest(errno)
            default: continue
            }
        }
    }

    /// Level-triggered readiness would spin while nothing can be accepted.
    private func rest(_ code: Int32) {
        let complains = state.withLock { state in
            state.isResting = true
            update(&state)
            let now = ContinuousClock.now
            if let last = state.complainedAt, now - last < Self.complaintInterval { return false }
            state.complainedAt = now
            return true
        }
        if complains {
            logger.warning("\(SocketError("accepting on \(address)", code: code)); trying again every 0.1 s")
        }
        loop.queue.asyncAfter(deadline: .now() + Self.restAfterExhaustion) { [weak self] in
            self?.state.withLock { state in
                state.isResting = false
                self?.update(&state)
            }
        }
    }
}
