internal import Engine
internal import OpenAI
internal import Synchronization

/// What requests are served with, once it is there.
final class ServiceState: Sendable {
    /// A model and the engine that runs it.
    struct Ready: Sendable {
        var context: ModelContext
        var engine: Engine
        var metrics: ServiceMetrics
    }

    private enum Phase {
        case loading(fraction: Double)
        case ready(Ready)
        case draining(Ready?)
    }

    private let phase = Mutex(Phase.loading(fraction: 0))

    func loading(_ fraction: Double) {
        phase.withLock { phase in
            if case .loading = phase { phase = .loading(fraction: fraction) }
        }
    }

    func becomeReady(_ ready: Ready) {
        phase.withLock { phase in
            if case .loading = phase { phase = .ready(ready) }
        }
    }

    func drain() {
        phase.withLock { phase in
            if case .ready(let ready) = phase { phase = .draining(ready) } else { phase = .draining(nil) }
        }
    }

    /// Throws 503 while the model loads and while the server drains.
    func ready() throws(APIError) -> Ready {
        switch phase.withLock({ $0 }) {
        case .loading(let fraction):
            throw .unavailable("The model is loading (\(Int(fraction * 100)) %).", retryAfter: 5)
        case .ready(let ready): return ready
        case .draining: throw .unavailable("The server is shutting down.", retryAfter: 10)
        }
    }

    /// What /metrics reports, also while the server drains.
    var served: Ready? {
        switch phase.withLock({ $0 }) {
        case .loading: nil
        case .ready(let ready): ready
        case .draining(let ready): ready
        }
    }
}
