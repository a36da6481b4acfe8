internal import Engine

/// The events of a call's generations in the order in which they come.
struct EventPump<Generation: TokenStream> {
    typealias Event = (request: Int, event: GenerationEvent)

    private enum Source {
        /// One generation: its events need no detour.
        case single(Generation.AsyncIterator)
        case merged(AsyncThrowingStream<Event, any Error>.Iterator)
    }

    private var source: Source

    init(_ generations: [Generation]) {
        if generations.count == 1, let only = generations.first {
            source = .single(only.makeAsyncIterator())
        } else {
            source = .merged(Self.merge(generations).makeAsyncIterator())
        }
    }

    /// nil at the end, and when the task is cancelled.
    nonisolated(nonsending) mutating func next() async throws(EngineError) -> Event? {
        do {
            switch source {
            case .single(var iterator):
                let event = try await iterator.next(isolation: #isolation)
                source = .single(iterator)
                return event.map { (0, $0) }
            case .merged(var iterator):
                let event = try await iterator.next(isolation: #isolation)
                source = .merged(iterator)
                return event
            }
        } catch let error as EngineError {
            throw error
        } catch {
            return nil
        }
    }

    private static func merge(_ generations: [Generation]) -> AsyncThrowingStream<Event, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await withThrowingTaskGroup { group in
                        for (index, generation) in generations.enumerated() {
                            group.addTask {
                                for try await event in generation { continuation.yield((index, event)) }
                            }
                        }
                        try await group.waitForAll()
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
