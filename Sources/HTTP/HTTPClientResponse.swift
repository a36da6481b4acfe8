/// A response whose body arrives while it is read.
package struct HTTPClientResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: HTTPClientBody

    /// The whole body.
    package func bytes() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in body { bytes += piece }
        return bytes
    }

    package func text() async throws -> String {
        String(decoding: try await bytes(), as: UTF8.self)
    }

    /// The body read as an event stream.
    package var events: ServerSentEventSequence { ServerSentEventSequence(body: body) }
}
