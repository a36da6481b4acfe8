internal import HTTP
internal import OpenAI
internal import Synchronization

/// Sends a streaming call's events as server-sent events, with comment lines while nothing comes.
struct EventStream {
    private let writer: ResponseWriter
    private let keepAlive: Duration?

    /// - Parameter keepAlive: silence after which a comment line is sent; nil: none.
    init(_ writer: ResponseWriter, keepAlive: Duration?) {
        self.writer = writer
        self.keepAlive = keepAlive
    }

    /// Returns after the last event. Throws when the client is gone.
    func send<Generation: TokenStream>(_ chunks: CompletionChunks<Generation>) async throws {
        let pulse = Pulse()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let keepAlive {
                group.addTask {
                    while true {
                        let quiet = pulse.quiet
                        if quiet < keepAlive {
                            try await Task.sleep(for: keepAlive - quiet)
                        } else {
                            pulse.beat()
                            try await writer.write(ServerSentEvents.comment("keep-alive"))
                        }
                    }
                }
            }
            for await chunk in chunks {
                try await writer.write(chunk.framed)
                pulse.beat()
            }
            group.cancelAll()
        }
    }

    /// When something was sent last.
    private final class Pulse: Sendable {
        private let last = Mutex(ContinuousClock.now)

        var quiet: Duration { last.withLock { ContinuousClock.now - $0 } }

        func beat() { last.withLock { $0 = .now } }
    }
}

extension StreamPayload {
    /// The event as it is sent.
    fileprivate var framed: [UInt8] {
        if let event { ServerSentEvents.event(event, data: data) } else { ServerSentEvents.data(data) }
    }
}
