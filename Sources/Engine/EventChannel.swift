internal import DequeModule
internal import Synchronization

/// Carries one request's events from the engine to its consumer: unbounded, so that the engine never waits.
final class EventChannel: Sendable {
    private enum Delivery: Sendable {
        case event(GenerationEvent)
        case finished
        case failed(EngineError)
    }

    private struct State {
        var buffer: Deque<GenerationEvent> = []
        /// What follows the buffered events for good.
        var end: Delivery?
        /// The engine has sent all it will.
        var isComplete = false
        var consumer: CheckedContinuation<Delivery, Never>?
    }

    private let state = Mutex(State())

    /// Adds events in order. After the end nothing is added.
    func send(_ events: [GenerationEvent]) {
        let wake = state.withLock { state -> (CheckedContinuation<Delivery, Never>, Delivery)? in
            guard state.end == nil else { return nil }
            state.buffer.append(contentsOf: events)
            return Self.takeReady(&state)
        }
        if let (consumer, delivery) = wake { consumer.resume(returning: delivery) }
    }

    /// Nothing follows; what is buffered is still delivered.
    func finish(_ error: EngineError? = nil) {
        end(error.map(Delivery.failed) ?? .finished, byEngine: true)
    }

    /// The consumer is gone: what is buffered is dropped.
    func close() { end(.finished, byEngine: false) }

    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// The next event; nil at the end or when the consuming task is cancelled. One consumer at a time.
    nonisolated(nonsending) func next() async throws(EngineError) -> GenerationEvent? {
        let delivery = await withTaskCancellationHandler {
            await withCheckedContinuation { consumer in
                let ready = state.withLock { state -> Delivery? in
                    precondition(state.consumer == nil, "a generation has one consumer")
                    if let delivery = Self.take(&state) { return delivery }
                    state.consumer = consumer
                    return nil
                }
                if let ready { consumer.resume(returning: ready) }
            }
        } onCancel: {
            close()
        }
        switch delivery {
        case .event(let event): return event
        case .finished: return nil
        case .failed(let error): throw error
        }
    }

    private func end(_ end: Delivery, byEngine: Bool) {
        let wake = state.withLock { state -> (CheckedContinuation<Delivery, Never>, Delivery)? in
            if byEngine { state.isComplete = true } else { state.buffer = [] }
            if state.end == nil { state.end = end }
            return Self.takeReady(&state)
        }
        if let (consumer, delivery) = wake { consumer.resume(returning: delivery) }
    }

    private static func takeReady(_ state: inout State) -> (CheckedContinuation<Delivery, Never>, Delivery)? {
        guard let consumer = state.consumer, let delivery = take(&state) else { return nil }
        state.consumer = nil
        return (consumer, delivery)
    }

    private static func take(_ state: inout State) -> Delivery? {
        if let event = state.buffer.popFirst() { return .event(event) }
        return state.end
    }
}
