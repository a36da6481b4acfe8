internal import Engine
internal import Synchronization

/// The generations of a call, which end with it: when nobody holds it any more they are cancelled, and the observer
/// hears of the end exactly once.
final class CompletionWork<Generation: TokenStream>: Sendable {
    let call: CompletionCall
    let generations: [Generation]
    let initial: CompletionProgress
    let observer: (any CompletionObserver)?
    private let running: RunningCompletions
    private let hasEnded = Atomic(false)

    init(
        _ call: CompletionCall, _ generations: [Generation], _ initial: CompletionProgress,
        observer: (any CompletionObserver)?, running: RunningCompletions
    ) {
        self.call = call
        self.generations = generations
        self.initial = initial
        self.observer = observer
        self.running = running
        running.add(self, under: call.names) { [weak self] in
            for generation in self?.generations ?? [] { generation.endReasoning(choice: nil) }
        }
    }

    deinit {
        end(.aborted, initial)
    }

    /// Reports the end and cancels what still runs, unless that was done.
    func end(_ outcome: CompletionReport.Outcome, _ progress: CompletionProgress) {
        guard hasEnded.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        running.remove(self, under: call.names)
        for generation in generations { generation.cancel() }
        observer?.ended(progress.report(outcome, at: .now))
    }
}
