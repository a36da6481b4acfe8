internal import Dispatch
internal import OpenAI
internal import Synchronization

/// Where requests are decoded, rendered and tokenised.
///
/// Small ones are prepared by their own tasks. Large ones can take seconds, and tasks have no more threads than there
/// are processors: answers that stream to others would stand still. So large ones take turns on a thread of their own.
struct RequestPreparation: Sendable {
    /// Bytes of a body that is prepared within tens of milliseconds.
    static let smallBody = 256 << 10

    private let queue = DispatchQueue(label: "apus.large-requests")

    /// What `body` returns or throws. It is not begun once the task is cancelled.
    func run<Value: Sendable>(
        bodySize: Int, _ body: @escaping @Sendable () throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        guard bodySize > Self.smallBody else { return try body() }
        let isAbandoned = Atomic(false)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, APIError>, Never>) in
                queue.async {
                    let isWanted = !isAbandoned.load(ordering: .relaxed)
                    continuation.resume(
                        returning: isWanted
                            ? Result(catching: body) : .failure(.unavailable("The client left.", retryAfter: 1)))
                }
            }
        } onCancel: {
            isAbandoned.store(true, ordering: .relaxed)
        }
        return try result.get()
    }
}
