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
