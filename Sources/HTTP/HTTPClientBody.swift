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

    /// Hands each piece to `sink` on the connection's event loop as soon as it has come, without waking a task for it;
    /// returns at the end. `sink` must not block.
    package func drain(into sink: @escaping @Sendable (ArraySlice<UInt8>) -> Void) async throws {
        try await exchange.drain(into: sink)
    }

    package func makeAsyncIterator() -> Iterator { Iterator(body: self) }
}
