/// Writes the body of a streamed response. Each write leaves at once, as one chunk.
package struct ResponseWriter: Sendable {
    private let connection: HTTPServerConnection
    private let exchange: Int

    init(_ connection: HTTPServerConnection, exchange: Int) {
        self.connection = connection
        self.exchange = exchange
    }

    /// Returns at once while the client keeps up, and suspends above the high-water mark. Throws `HTTPWriteError` when
    /// the client is gone or took no byte for the stall time, and `CancellationError` when the task is cancelled while
    /// it waits.
    package func write(_ bytes: [UInt8]) async throws {
        try await connection.write(bytes, exchange: exchange)
    }

    package func write(_ text: String) async throws {
        try await connection.write(Array(text.utf8), exchange: exchange)
    }
}
