package import Logging
package import Sockets
import Synchronization

/// An HTTP/1.1 and HTTP/2 server, in clear or over TLS: listens, runs one task per request, and ends in good order.
package final class HTTPServer: Sendable {
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct State {
        var listeners: [Listener] = []
        var connections: [ObjectIdentifier: HTTPServerConnection] = [:]
        var tls: TLSContext?
        var hasInheritedSockets = false
        var isPaused = false
        var isDraining = false
        var emptied: [CheckedContinuation<Void, Never>] = []
    }

    /// Connections beyond the limit that may be open at once while they are told so.
    private static let refusals = 64

    private let services: HTTPConnectionServices
    private let state: Mutex<State>

    private var configuration: HTTPServerConfiguration { services.configuration }
    private var logger: Logger { services.logger }

    /// `handler` runs on a task of its own per request, which is cancelled when the client disconnects.
    package init(configuration: HTTPServerConfiguration, logger: Logger, handler: @escaping Handler) {
        services = HTTPConnectionServices(
            configuration: configuration, logger: logger,
            memory: RequestMemory(limit: max(configuration.requestMemory, configuration.limits.body)), handler: handler)
        state = Mutex(State(tls: configuration.tls))
    }

    /// The addresses listened on.
    package var addresses: [SocketAddress] { state.withLock { $0.listeners.map(\.address) } }

    /// Whether systemd passed on what is listened on.
    package var hasInheritedSockets: Bool { state.withLock { $0.hasInheritedSockets } }

    package var connectionCount: Int { state.withLock { $0.connections.count } }

    /// What new connections are encrypted with.
    package var tls: TLSContext? { state.withLock { $0.tls } }

    /// Serves new connections with another certificate; those that are open stay as they are.
    package func replace(tls: TLSContext) {
        state.withLock { $0.tls = tls }
    }

    /// Listens on every configured host, or on the sockets that stand in for them, and returns the port. Throws
    /// `SocketError`.
    @discardableResult
    package func start() throws -> Int {
        let listeners = try listen()
        state.withLock { $0.listeners = listeners }
        for listener in listeners { listener.start { [weak self] in self?.accept($0) } }
        return listeners.first?.address.port ?? configuration.port
    }

    private func listen() throws(SocketError) -> [Listener] {
        let (backlog, limits) = (configuration.backlog, configuration.transport)
        if configuration.takesInheritedSockets {
            let listeners = try Listener.inherited(limits: limits, logger: logger)
            if !listeners.isEmpty {
                state.withLock { $0.hasInheritedSockets = true }
                return listeners
            }
        }
        if let path = configuration.unixPath {
            return [try Listener.listen(path: path, backlog: backlog, limits: limits, logger: logger)]
        }
        var listeners: [Listener] = []
        do throws(SocketError) {
            for host in configuration.hosts {
                let port = configuration.port == 0 ? listeners.first?.address.port ?? 0 : configuration.port
                listeners += try Listener.listen(
                    host: host, port: port, backlog: backlog, limits: limits, logger: logger)
            }
        } catch {
            listeners.forEach { $0.close() }
            throw error
        }
        return listeners
    }

    /// Stops listening, closes idle connections, lets running requests finish, and closes what is left after `timeout`.
    /// Returns whether everything finished by itself.
    @discardableResult
    package func drain(timeout: Duration) async -> Bool {
        let (listeners, connections) = state.withLock { state in
            state.isDraining = true
            defer { state.listeners = [] }
            return (state.listeners, Array(state.connections.values))
        }
        listeners.forEach { $0.close() }
        connections.forEach { $0.drain() }

        let expiry = Task {
            do { try await Task.sleep(for: timeout) } catch { return false }
            stop()
            return true
        }
        await withCheckedContinuation { waiter in
            let isEmpty = state.withLock { state in
                if !state.connections.isEmpty { state.emptied.append(waiter) }
                return state.connections.isEmpty
            }
            if isEmpty { waiter.resume() }
        }
        expiry.cancel()
        return await !expiry.value
    }

    /// Closes everything at once; running handlers are cancelled.
    package func stop() {
        let (listeners, connections) = state.withLock { state in
            state.isDraining = true
            defer { state.listeners = [] }
            return (state.listeners, Array(state.connections.values))
        }
        listeners.forEach { $0.close() }
        connections.forEach { $0.stop() }
    }

    private func accept(_ connection: Connection) {
        guard let tls else { return admit(connection) }
        do throws(TLSError) {
            admit(try TLSTransport(connection, tls, .server, limits: configuration.transport))
        } catch {
            logger.error("\(error)")
            connection.abort()
        }
    }

    private func admit(_ transport: any Transport) {
        let connection = HTTPServerConnection(transport, services, closed: { [weak self] in self?.remove($0) })
        let (isRefused, isDraining) = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            let excess = state.connections.count - configuration.maxConnections
            if excess >= Self.refusals, !state.isPaused {
                state.isPaused = true
                state.listeners.forEach { $0.setAccepting(false) }
            }
            return (excess > 0, state.isDraining)
        }
        if isRefused { connection.refuse() } else { connection.start() }
        if isDraining { connection.drain() }
    }

    private func remove(_ connection: HTTPServerConnection) {
        let emptied = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.connections[ObjectIdentifier(connection)] = nil
            if state.isPaused, state.connections.count <= configuration.maxConnections {
                state.isPaused = false
                state.listeners.forEach { $0.setAccepting(true) }
            }
            guard state.connections.isEmpty else { return [] }
            defer { state.emptied = [] }
            return state.emptied
        }
        emptied.forEach { $0.resume() }
    }
}
