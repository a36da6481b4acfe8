internal import Engine

/// A call that the engine works on. Consume it once: ``chunks`` of a streaming call, ``response()`` of another.
///
/// The work ends when the run and its iterator are dropped, or the task that consumes it is cancelled.
package struct CompletionRun<Generation: TokenStream>: Sendable {
    private let work: CompletionWork<Generation>

    init(_ work: CompletionWork<Generation>) {
        self.work = work
    }

    /// Server-sent events, without their framing.
    ///
    /// Nothing is thrown: a failure becomes the last event, in the route's own envelope. After a cancellation it just ends.
    package var chunks: CompletionChunks<Generation> { CompletionChunks(work) }

    /// The whole response.
    ///
    /// - Throws: the error to answer with; after a cancellation one that nobody will read.
    package func response() async throws(APIError) -> [UInt8] {
        let driver = CompletionDriver(work)
        while true {
            switch try await driver.step() {
            case .payloads: continue
            case .completed: return driver.response
            case .aborted: throw .unavailable("The request was cancelled.", retryAfter: 1)
            }
        }
    }
}

extension CompletionCall {
    /// Hands the call to the engine.
    ///
    /// - Throws: 429, 503 or 400 when the engine does not take it. `observer` is told in any case.
    package func start<Source: TokenSource>(
        on source: Source, context: ModelContext, observer: (any CompletionObserver)? = nil
    ) throws(APIError) -> CompletionRun<Source.Generation> {
        let progress = CompletionProgress(self, tokenizer: context.tokenizer, start: .now)
        var generations: [Source.Generation] = []
        for request in requests {
            do {
                generations.append(try source.submit(request))
            } catch {
                for generation in generations { generation.cancel() }
                let failure = APIError(error, param: route.promptField)
                observer?.ended(progress.report(.failed(failure), at: .now))
                throw failure
            }
        }
        return CompletionRun(CompletionWork(self, generations, progress, observer: observer, running: context.running))
    }
}
