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

/// A response's body in the pieces that arrive. It can be read once; a body that goes away unread closes its connection.
package final class HTTPClientBody: AsyncSequence, Sendable {
    package struct Iterator: AsyncIteratorProtocol {
        let body: HTTPClientBody

        package func next() async throws -> [UInt8]? {
            try await body.exchange.next()
        }
    }

    private let exchange: HTTPClientExchange

    init(_ exchange: HTTPClientExchange) {
        self.exchange = exchange
    }

    deinit {
        exchange.abandon()
    }

    package func makeAsyncIterator() -> Iterator { Iterator(body: self) }
}

/// The events of a response's body.
package struct ServerSentEventSequence: AsyncSequence, Sendable {
    package struct Iterator: AsyncIteratorProtocol {
        var source: HTTPClientBody.Iterator
        var parser = ServerSentEventParser()
        var ready: ArraySlice<ServerSentEvent> = []

        package mutating func next() async throws -> ServerSentEvent? {
            while ready.isEmpty {
                guard let bytes = try await source.next() else { return nil }
                ready = parser.append(bytes)[...]
            }
            return ready.removeFirst()
        }
    }

    let body: HTTPClientBody

    package func makeAsyncIterator() -> Iterator { Iterator(source: body.makeAsyncIterator()) }
}
