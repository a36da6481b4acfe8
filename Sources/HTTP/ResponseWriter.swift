/// Writes the body of a streamed response. Each write leaves at once, as one chunk or frame.
package struct ResponseWriter: Sendable {
    enum Target: Sendable {
        case http1(HTTP1ServerConnection, exchange: Int)
        case http2(HTTP2ServerConnection, stream: Int32, WriteGate)
    }

    private let target: Target

    init(_ target: Target) {
        self.target = target
    }

    /// Returns at once while the client keeps up, and suspends above the high-water mark. Throws `HTTPWriteError` when
    /// the client is gone or took no byte for the stall time, and `CancellationError` when the task is cancelled while
    /// it waits.
    package nonisolated(nonsending) func write(_ bytes: [UInt8]) async throws {
        switch target {
        case .http1(let connection, let exchange): try await connection.write(bytes, exchange: exchange)
        case .http2(let connection, let stream, let gate): try await connection.write(bytes, stream: stream, gate)
        }
    }

    /// Sets the fields that follow the body, for clients that take them.
    package func trail(_ fields: HTTPHeaders) {
        switch target {
        case .http1(let connection, let exchange): connection.trail(fields, exchange: exchange)
        case .http2(let connection, let stream, _): connection.trail(fields, stream: stream)
        }
    }

    package func write(_ text: String) async throws {
        try await write(Array(text.utf8))
    }
}
