internal import HTTP
internal import OpenAI
internal import Synchronization

/// Sends a streaming call's chunks as server-sent events, with comment lines while nothing comes.
struct EventStream {
    private let writer: ResponseWriter
    private let keepAlive: Duration?

    /// - Parameter keepAlive: silence after which a comment line is sent; nil: none.
    init(_ writer: ResponseWriter, keepAlive: Duration?) {
        self.writer = writer
        self.keepAlive = keepAlive
    }

    /// Returns after `[DONE]`. Throws when the client is gone.
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
                try await writer.write(ServerSentEvents.data(chunk))
                pulse.beat()
            }
            group.cancelAll()
            try await writer.write(ServerSentEvents.done)
        }
    }

    /// When something was sent last.
    private final class Pulse: Sendable {
        private let last = Mutex(ContinuousClock.now)

        var quiet: Duration { last.withLock { ContinuousClock.now - $0 } }

        func beat() { last.withLock { $0 = .now } }
    }
}
