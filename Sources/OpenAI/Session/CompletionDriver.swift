internal import Engine

/// Runs a call for its one consumer: takes events, tells the observer, cancels choices that a stop string has ended.
///
/// A driver that is dropped before the end reports an aborted call.
final class CompletionDriver<Generation: TokenStream> {
    enum Step {
        case payloads([StreamPayload])
        case completed
        /// The task was cancelled.
        case aborted
    }

    private let work: CompletionWork<Generation>
    private var progress: CompletionProgress
    private var pump: EventPump<Generation>
    private var hasStarted = false

    init(_ work: CompletionWork<Generation>) {
        self.work = work
        progress = work.initial
        pump = EventPump(work.generations)
    }

    deinit {
        work.end(.aborted, progress)
    }

    /// What the stream ends with after all choices.
    func closing() -> [StreamPayload] { progress.closing() }

    /// What the stream ends with after an error.
    func failure(_ error: APIError) -> [StreamPayload] { progress.failure(error) }

    var response: [UInt8] { progress.response }

    /// Takes one event; the first step of a stream takes none.
    nonisolated(nonsending) func step() async throws(APIError) -> Step {
        if !hasStarted {
            hasStarted = true
            let payloads = progress.starting()
            if !payloads.isEmpty { return .payloads(payloads) }
        }
        guard !progress.isComplete else {
            work.end(.completed, progress)
            return .completed
        }
        do throws(APIError) {
            guard let (request, event) = try await nextEvent() else {
                guard Task.isCancelled else { throw APIError.internal("The model stopped without a result.") }
                work.end(.aborted, progress)
                return .aborted
            }
            let effects = try progress.receive(event, from: request, at: .now)
            if let (delay, isFirst) = effects.token {
                work.observer?.tokenArrived(after: delay.seconds, isFirst: isFirst)
            }
            if let choice = effects.endedChoice { work.generations[request].cancel(choice: choice) }
            return .payloads(effects.payloads)
        } catch {
            work.end(.failed(error), progress)
            throw error
        }
    }

    private nonisolated(nonsending) func nextEvent() async throws(APIError) -> EventPump<Generation>.Event? {
        do {
            return try await pump.next()
        } catch {
            throw APIError(error, param: work.call.route.promptField)
        }
    }
}
