/// The events of one request, as they come.
///
/// It has one consumer, which may be slow. Dropping the iterator, or cancelling the task that iterates, cancels the
/// request; so does dropping a generation that nobody iterates.
package final class Generation: Sendable, AsyncSequence {
    package typealias Element = GenerationEvent
    package typealias Failure = EngineError

    private let number: UInt64
    private let channel: EventChannel
    private let inbox: EngineInbox

    init(number: UInt64, channel: EventChannel, inbox: EngineInbox) {
        self.number = number
        self.channel = channel
        self.inbox = inbox
    }

    deinit { abandon() }

    /// Ends all choices before the next step; each still gets its `finished` event.
    package func cancel() {
        if !channel.isComplete { inbox.cancel(request: number, choice: nil) }
    }

    /// Ends one choice before the next step.
    package func cancel(choice: Int) {
        if !channel.isComplete { inbox.cancel(request: number, choice: choice) }
    }

    /// Has all choices, or one, close their reasoning at the next step as a spent budget does; an answer goes on.
    package func endReasoning(choice: Int? = nil) {
        if !channel.isComplete { inbox.endReasoning(request: number, choice: choice) }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(lease: Lease(generation: self)) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let lease: Lease

        package nonisolated(nonsending) mutating func next() async throws(EngineError) -> GenerationEvent? {
            try await lease.generation.next()
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(EngineError) -> GenerationEvent? {
            try await lease.generation.next()
        }
    }

    /// Lives as long as the iterator's copies do.
    fileprivate final class Lease: Sendable {
        let generation: Generation

        init(generation: Generation) { self.generation = generation }

        deinit { generation.abandon() }
    }

    fileprivate nonisolated(nonsending) func next() async throws(EngineError) -> GenerationEvent? {
        let event = try await channel.next()
        if event == nil, Task.isCancelled { inbox.cancel(request: number, choice: nil) }
        return event
    }

    private func abandon() {
        cancel()
        channel.close()
    }
}
