internal import DequeModule

/// Decides what each step computes. It knows tokens and block numbers, never tensors.
///
/// vLLM V1's loop: one token budget a step; running sequences first, oldest first, then waiting ones in order of
/// arrival; long prompts in chunks. When blocks run out, the youngest running sequence gives up its blocks and is
/// computed again later. A request's priority comes before its age in all of this. A step is `schedule()`, the runner,
/// `commit(_:_:)`; `cancel` and `fail` go between steps.
package final class Scheduler {
    package let limits: SchedulerLimits
    package internal(set) var pool: BlockPool
    /// By priority, then oldest first; they hold blocks and have at least one row in each step, save those that await
    /// a mask.
    package internal(set) var running: [TokenSequence] = []
    /// By priority, then oldest first; they hold no blocks.
    var waiting: Deque<TokenSequence> = []
    package internal(set) var requests: [UInt64: RequestState] = [:]
    package internal(set) var counters = EngineCounters()
    let hasher: BlockHasher
    /// Sequences whose next token cannot be drawn yet: a mask that takes long costs each step a little.
    private var awaitingMasks: [TokenSequence] = []

    package init(limits: SchedulerLimits, hasher: BlockHasher = BlockHasher()) {
        self.limits = limits
        self.hasher = hasher
        pool = BlockPool(count: limits.blockCount)
    }

    package var awaitsMasks: Bool { !awaitingMasks.isEmpty }
    package var isIdle: Bool { requests.isEmpty }
    package var waitingSequenceCount: Int { waiting.count }

    /// Requests of which nothing has been scheduled yet.
    package private(set) var unstartedCount = 0

    /// Queues a request that fits `limits`, unless its guidance leaves no first token. `number` grows with each call.
    package func add(
        _ request: GenerationRequest, number: UInt64, promptHashes: [BlockHash]? = nil
    ) -> [SchedulerOutput] {
        let hashes =
            promptHashes
            ?? hasher.promptHashes(request.prompt, salt: request.cacheSalt, blockSize: limits.blockSize)
        let state: RequestState
        do {
            state = try RequestState(number: number, request: request, promptHashes: hashes)
        } catch {
            return [SchedulerOutput(request: number, content: .failed(error))]
        }
        let sequence = TokenSequence(request: state, choice: 0)
        state.sequences = [sequence]
        requests[number] = state
        unstartedCount += 1
        enqueue(sequence)
        return []
    }

    /// Goes on with masks that were not ready for the last step; called before each one.
    package func prepareMasks() -> [SchedulerOutput] {
        var outputs: [SchedulerOutput] = []
        let awaiting = awaitingMasks
        awaitingMasks = []
        for sequence in awaiting where sequence.request.sequences.contains(where: { $0 === sequence }) {
            do {
                try prepareConstraint(of: sequence)
            } catch {
                fail(request: sequence.request.number, error, &outputs)
            }
        }
        return outputs
    }

    func prepareConstraint(of sequence: TokenSequence) throws(EngineError) {
        try sequence.prepareConstraint(maskSteps: limits.maskSteps)
        let isListed = awaitingMasks.contains { $0 === sequence }
        if sequence.awaitsMask, !isListed { awaitingMasks.append(sequence) }
    }

    /// Has all choices of a request, or one, close their reasoning at their next token.
    package func endReasoning(request number: UInt64, choice: Int? = nil) -> [SchedulerOutput] {
        guard let request = requests[number] else { return [] }
        var outputs: [SchedulerOutput] = []
        do {
            for told in request.liveChoices where choice == nil || choice == told {
                guard request.promptIsComputed else {
                    try request.endReasoning(ofChoice: told)
                    continue
                }
                for sequence in request.sequences where sequence.choice == told {
                    sequence.endReasoning()
                    try prepareConstraint(of: sequence)
                }
            }
        } catch {
            fail(request: number, error, &outputs)
        }
        return outputs
    }

    /// Ends all choices of a request, or one; unknown ones are ended already.
    package func cancel(request number: UInt64, choice: Int? = nil) -> [SchedulerOutput] {
        guard let request = requests[number] else { return [] }
        var outputs: [SchedulerOutput] = []
        for ended in request.liveChoices where choice == nil || choice == ended {
            end(choice: ended, of: request, reason: .cancelled, &outputs)
        }
        return outputs
    }

    /// Gives up every request that has rows in the step.
    package func fail(_ step: ScheduledStep, _ error: EngineError) -> [SchedulerOutput] {
        var outputs: [SchedulerOutput] = []
        let numbers = step.runs.map(\.sequence.request.number)
        for number in numbers { fail(request: number, error, &outputs) }
        return outputs
    }

    /// Gives up every request.
    package func failAll(_ error: EngineError) -> [SchedulerOutput] {
        var outputs: [SchedulerOutput] = []
        for number in requests.keys.sorted() { fail(request: number, error, &outputs) }
        return outputs
    }

    func fail(request number: UInt64, _ error: EngineError, _ outputs: inout [SchedulerOutput]) {
        guard let request = requests[number] else { return }
        for sequence in request.sequences { withdraw(sequence) }
        forget(request)
        outputs.append(SchedulerOutput(request: number, content: .failed(error)))
    }

    /// Ends a choice, and the request with its last one.
    func end(
        choice: Int, of request: RequestState, reason: FinishReason, _ outputs: inout [SchedulerOutput]
    ) {
        request.liveChoices.removeAll { $0 == choice }
        if request.promptIsComputed {
            for sequence in request.sequences where sequence.choice == choice { withdraw(sequence) }
            request.sequences.removeAll { $0.choice == choice }
        } else if let survivor = request.liveChoices.first {
            request.sequences.first?.choice = survivor
        }
        outputs.append(
            SchedulerOutput(request: request.number, content: .event(.finished(choice: choice, reason: reason))))
        guard request.liveChoices.isEmpty else { return }
        for sequence in request.sequences { withdraw(sequence) }
        forget(request)
        outputs.append(SchedulerOutput(request: request.number, content: .ended))
    }

    func markStarted(_ request: RequestState) {
        guard !request.hasStarted else { return }
        request.hasStarted = true
        unstartedCount -= 1
    }

    /// Puts a sequence into the queue by its age.
    func enqueue(_ sequence: TokenSequence) {
        var index = waiting.count
        while index > 0, TokenSequence.precedes(sequence, waiting[index - 1]) { index -= 1 }
        waiting.insert(sequence, at: index)
    }

    /// Puts a sequence among the running ones by its age.
    func run(_ sequence: TokenSequence) {
        var index = running.count
        while index > 0, TokenSequence.precedes(sequence, running[index - 1]) { index -= 1 }
        running.insert(sequence, at: index)
    }

    /// Gives the blocks back and forgets what was computed, but not what was generated.
    func releaseBlocks(of sequence: TokenSequence) {
        pool.release(sequence.blocks)
        sequence.blocks = []
        sequence.computed = 0
    }

    /// Takes a sequence out, wherever it is.
    private func withdraw(_ sequence: TokenSequence) {
        if let index = running.firstIndex(where: { $0 === sequence }) {
            running.remove(at: index)
        } else {
            waiting.removeAll { $0 === sequence }
        }
        releaseBlocks(of: sequence)
    }

    private func forget(_ request: RequestState) {
        if !request.hasStarted { unstartedCount -= 1 }
        request.sequences = []
        requests[request.number] = nil
    }
}
