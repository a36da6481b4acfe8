@preconcurrency import Dispatch
package import Sockets
import Synchronization

/// A small HTTP/1.1 client, for benchmarks, evaluation and tests. Keeps idle connections for reuse.
package final class HTTPClient: Sendable {
    package struct Configuration: Sendable {
        package var connectTime = Duration.seconds(10)
        /// How long a server may send nothing while a response is due.
        package var silenceLimit = Duration.seconds(600)
        package var keepsAlive = true
        /// Limits on responses.
        package var limits = HTTPLimits()
        package var transport = TransportLimits()
        /// Whose certificates are believed.
        package var trust = TLSContext.Trust.system

        package init() {
            limits.body = .max >> 1
        }
    }

    private struct State {
        var idle: [String: [HTTPClientConnection]] = [:]
        var addresses: [String: [SocketAddress]] = [:]
        var tls: TLSContext?
        var isClosed = false
    }

    private let configuration: Configuration
    private let state = Mutex(State())

    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    deinit {
        close()
    }

    /// Closes idle connections; those in use are closed after their response.
    package func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [:] }
            return state.idle.values.flatMap(\.self)
        }
        idle.forEach { $0.close() }
    }

    /// Sends a request and returns when the response's head has come. A request that an idle connection drops unanswered
    /// is sent once more on a new one. Cancelling the task closes the request's connection.
    package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        guard let url = HTTPURL(request.url) else {
            throw HTTPClientError("\"\(request.url)\" is no http:// or https:// URL.")
        }
        var request = request
        if !configuration.keepsAlive { request.headers["Connection"] = "close" }
        while let connection = reusable(url) {
            do {
                return try await connection.send(request, to: url)
            } catch {
                if case .stream = request.body { throw error }
                guard connection.failedUnanswered, !Task.isCancelled else { throw error }
            }
        }
        return try await connect(url).send(request, to: url)
    }

    package func get(_ url: String) async throws -> HTTPClientResponse {
        try await send(HTTPClientRequest(url: url))
    }

    private func reusable(_ url: HTTPURL) -> HTTPClientConnection? {
        state.withLock { state in
            while let connection = state.idle[url.origin]?.popLast() {
                if connection.isUsable { return connection }
            }
            return nil
        }
    }

    private func connect(_ url: HTTPURL) async throws -> HTTPClientConnection {
        let addresses = try await resolve(url)
        let connection = try await Connection.connect(
            to: addresses, timeout: configuration.connectTime, limits: configuration.transport)
        let transport: any Transport =
            url.isSecure
            ? try TLSTransport(connection, try tls(), .client(host: url.host), limits: configuration.transport)
            : connection
        return HTTPClientConnection(
            transport, url: url, limits: configuration.limits, silenceLimit: configuration.silenceLimit,
            idle: { [weak self] connection in
                guard let self, self.keep(connection) else { return connection.close() }
            })
    }

    private func tls() throws -> TLSContext {
        if let tls = state.withLock({ $0.tls }) { return tls }
        let tls = try TLSContext(trusting: configuration.trust)
        state.withLock { $0.tls = tls }
        return tls
    }

    private func keep(_ connection: HTTPClientConnection) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.idle[connection.url.origin, default: []].append(connection)
            return true
        }
    }

    /// Asks the name server on a thread that may block, once per host.
    private func resolve(_ url: HTTPURL) async throws -> [SocketAddress] {
        if let known = state.withLock({ $0.addresses[url.origin] }) { return known }
        let addresses: [SocketAddress] = try await withCheckedThrowingContinuation { waiter in
            DispatchQueue.global().async {
                do throws(SocketError) {
                    waiter.resume(returning: try SocketAddress.resolve(host: url.host, port: url.port))
                } catch {
                    waiter.resume(throwing: error)
                }
            }
        }
        state.withLock { $0.addresses[url.origin] = addresses }
        return addresses
    }
}
