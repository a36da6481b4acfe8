extension Scheduler {
    /// What is left of a step while it is put together.
    private struct Draft {
        var budget: Int
        var logprobRows: Int
        var runs: [ScheduledRun] = []
        var outputs: [SchedulerOutput] = []
        var hasPreempted = false
    }

    /// The next step; nil when there is nothing to compute.
    package func schedule() -> ScheduledStep? {
        var draft = Draft(budget: limits.maxBatchedTokens, logprobRows: limits.maxPromptLogprobRows)
        scheduleRunning(&draft)
        if !draft.hasPreempted { admitWaiting(&draft) }
        guard !draft.runs.isEmpty else { return nil }
        var runs = draft.runs
        let plan = StepPlan(for: &runs)
        return ScheduledStep(plan: plan, runs: runs, outputs: draft.outputs)
    }

    private func scheduleRunning(_ draft: inout Draft) {
        var index = 0
        while index < running.count {
            let sequence = running[index]
            // Each of the sequences behind keeps one row: a long prefill never stops what already generates.
            let share = max(draft.budget - (running.count - index - 1), 1)
            let rowCount = rowCount(of: sequence, budget: share, draft)
            guard rowCount == 0 || makeRoom(for: sequence, rowCount: rowCount, &draft) else { return }
            if rowCount > 0 { add(sequence, rowCount: rowCount, to: &draft) }
            index += 1
        }
    }

    private func admitWaiting(_ draft: inout Draft) {
        while draft.budget > 0, running.count < limits.maxSequences, let sequence = waiting.first {
            let cached = cachedBlocks(for: sequence)
            guard !isBeingComputed(sequence, after: cached.count), fits(sequence, cached: cached) else { return }
            sequence.computed = cached.count * limits.blockSize
            let rowCount = rowCount(of: sequence, budget: draft.budget, draft)
            guard rowCount > 0 else {
                sequence.computed = 0
                return
            }
            waiting.removeFirst()
            for block in cached { pool.retain(block) }
            sequence.blocks = cached
            let hasBlocks = extendBlocks(of: sequence, rowCount: rowCount)
            precondition(hasBlocks, "a sequence that fits finds its blocks")
            run(sequence)
            start(sequence.request, cachedTokens: sequence.computed, &draft)
            add(sequence, rowCount: rowCount, to: &draft)
        }
    }

    private func start(_ request: RequestState, cachedTokens: Int, _ draft: inout Draft) {
        guard !request.hasStarted else { return }
        markStarted(request)
        counters.promptTokens += request.request.prompt.count
        if limits.prefixCaching {
            counters.prefixQueryTokens += request.request.prompt.count
            counters.prefixHitTokens += cachedTokens
        }
        draft.outputs.append(
            SchedulerOutput(request: request.number, content: .event(.scheduled(cachedTokens: cachedTokens))))
    }

    private func add(_ sequence: TokenSequence, rowCount: Int, to draft: inout Draft) {
        draft.budget -= rowCount
        draft.logprobRows -= sequence.promptLogprobRows(rowCount: rowCount).count
        draft.runs.append(ScheduledRun(sequence: sequence, rowCount: rowCount))
    }

    /// Rows that the sequence can have within `budget` and the step's share of prompt log-probabilities.
    private func rowCount(of sequence: TokenSequence, budget: Int, _ draft: Draft) -> Int {
        let computable = sequence.remaining - (sequence.awaitsMask ? 1 : 0)
        let rowCount = min(computable, limits.maxPrefillChunk, budget)
        let wanted = sequence.promptLogprobRows(rowCount: rowCount)
        guard wanted.count > draft.logprobRows else { return rowCount }
        return wanted.lowerBound + draft.logprobRows - sequence.computed
    }

    // MARK: Blocks

    /// Gives the sequence blocks for its rows, taking them from the youngest running ones if need be. False when it
    /// had to give up its own.
    private func makeRoom(for sequence: TokenSequence, rowCount: Int, _ draft: inout Draft) -> Bool {
        while !extendBlocks(of: sequence, rowCount: rowCount) {
            guard let victim = running.popLast() else { preconditionFailure("nothing runs, yet no block is free") }
            releaseBlocks(of: victim)
            enqueue(victim)
            counters.preemptions += 1
            draft.hasPreempted = true
            if victim === sequence { return false }
        }
        return true
    }

    private func extendBlocks(of sequence: TokenSequence, rowCount: Int) -> Bool {
        let missing = limits.blocks(for: sequence.computed + rowCount) - sequence.blocks.count
        guard missing > 0 else { return true }
        guard missing <= pool.freeCount else { return false }
        for _ in 0..<missing {
            if let block = pool.allocate() { sequence.blocks.append(block) }
        }
        return true
    }

    /// Blocks that the sequence may take over. The last token is always computed: its logits are wanted, and so are
    /// those of the positions whose log-probabilities are.
    private func reusableBlockCount(of sequence: TokenSequence) -> Int {
        guard limits.prefixCaching else { return 0 }
        let positions = min(sequence.tokens.count - 1, sequence.request.firstPromptLogprobPosition ?? .max)
        return positions / limits.blockSize
    }

    /// Whether a running sequence is about to compute the first block that this one lacks: equal prompts that come
    /// together are computed once. It costs the queue a step at most, since a prefill takes what the step has left.
    private func isBeingComputed(_ sequence: TokenSequence, after cachedCount: Int) -> Bool {
        guard cachedCount < reusableBlockCount(of: sequence) else { return false }
        let hash = sequence.hashes[cachedCount]
        return running.contains {
            $0.computed < (cachedCount + 1) * limits.blockSize && $0.hashes.count > cachedCount
                && $0.hashes[cachedCount] == hash
        }
    }

    /// Blocks from the start of the sequence that are in the cache.
    private func cachedBlocks(for sequence: TokenSequence) -> [Int32] {
        let wanted = reusableBlockCount(of: sequence)
        extendHashes(of: sequence, to: wanted)
        var blocks: [Int32] = []
        for hash in sequence.hashes.prefix(wanted) {
            guard let block = pool.block(for: hash) else { break }
            blocks.append(block)
        }
        return blocks
    }

    /// Whether all that the sequence has can be computed without taking blocks from others, with a block's growth for
    /// each running one: what is admitted should not be preempted right away.
    private func fits(_ sequence: TokenSequence, cached: [Int32]) -> Bool {
        let fresh = limits.blocks(for: sequence.tokens.count) - cached.count
        let revived = cached.count { pool.holderCount(of: $0) == 0 }
        let promised = running.reduce(running.count) {
            $0 + max(limits.blocks(for: $1.tokens.count) - $1.blocks.count, 0)
        }
        return fresh + revived + promised <= pool.freeCount
    }

    /// Hashes the sequence's full blocks up to `count`.
    func extendHashes(of sequence: TokenSequence, to count: Int) {
        let size = limits.blockSize
        while sequence.hashes.count < count {
            let index = sequence.hashes.count
            let roles = min(max(sequence.promptLength - index * size, 0), size)
            let hash = hasher.hash(
                parent: sequence.hashes.last ?? hasher.root(salt: sequence.request.request.cacheSalt),
                tokens: sequence.tokens[index * size..<(index + 1) * size],
                promptCount: limits.distinguishesRoles ? roles : size)
            sequence.hashes.append(hash)
        }
    }
}
