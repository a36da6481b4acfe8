import Engine
import Models

/// A scheduler with a fake runner, stepped by hand, and what its requests were told.
final class SchedulerBench {
    let runner: FakeRunner
    let scheduler: Scheduler
    private(set) var outcomes: [UInt64: Outcome] = [:]
    private(set) var cachedTokens: [UInt64: Int] = [:]
    private(set) var ended: Set<UInt64> = []
    private(set) var errors: [UInt64: EngineError] = [:]
    private(set) var lastStep: ScheduledStep?
    private var nextNumber: UInt64 = 1

    init(_ runner: FakeRunner, _ configuration: EngineConfiguration = EngineConfiguration(), maskSteps: Int? = nil) {
        self.runner = runner
        var limits = SchedulerLimits(configuration, runner: runner)
        if let maskSteps { limits.maskSteps = maskSteps }
        scheduler = Scheduler(limits: limits)
    }

    /// A request and its sequences hold each other until it ends.
    deinit {
        for number in outcomes.keys where !ended.contains(number) { _ = scheduler.cancel(request: number, choice: nil) }
    }

    @discardableResult
    func add(_ request: GenerationRequest) -> UInt64 {
        let number = nextNumber
        nextNumber += 1
        outcomes[number] = Outcome(choices: request.choices)
        take(scheduler.add(request, number: number))
        return number
    }

    func cancel(_ number: UInt64, choice: Int? = nil) {
        take(scheduler.cancel(request: number, choice: choice))
        checkInvariants()
    }

    func endReasoning(_ number: UInt64, choice: Int? = nil) {
        take(scheduler.endReasoning(request: number, choice: choice))
        checkInvariants()
    }

    /// One step; false when nothing is left to do.
    @discardableResult
    func step() -> Bool {
        take(scheduler.prepareMasks())
        guard let step = scheduler.schedule() else {
            precondition(scheduler.isIdle || scheduler.awaitsMasks, "something waits and nothing runs")
            return !scheduler.isIdle
        }
        lastStep = step
        checkInvariants()
        precondition(step.plan.batch.tokens.count <= scheduler.limits.maxBatchedTokens, "the budget holds")
        take(step.outputs)
        do {
            take(scheduler.commit(step, try runner.collect(runner.submit(step.plan))))
        } catch {
            take(scheduler.fail(step, .runnerFailed("\(error)")))
        }
        checkInvariants()
        return true
    }

    func runToEnd(limit: Int = 100_000) {
        var steps = 0
        while step() {
            steps += 1
            precondition(steps < limit, "it never ends")
        }
    }

    func result(of request: GenerationRequest) -> Outcome {
        let number = add(request)
        runToEnd()
        return outcomes[number] ?? Outcome(choices: 0)
    }

    /// What must hold between any two calls.
    func checkInvariants() {
        let pool = scheduler.pool
        var holders = [Int](repeating: 0, count: pool.count)
        for request in scheduler.requests.values {
            for sequence in request.sequences {
                let isRunning = scheduler.running.contains { $0 === sequence }
                precondition(isRunning || sequence.blocks.isEmpty && sequence.computed == 0, "who waits holds nothing")
                precondition(Set(sequence.blocks).count == sequence.blocks.count, "a block twice in one table")
                precondition(sequence.blocks.count * scheduler.limits.blockSize >= sequence.computed, "lost blocks")
                for block in sequence.blocks { holders[Int(block)] += 1 }
            }
        }
        for block in 0..<pool.count {
            precondition(pool.holderCount(of: Int32(block)) == holders[block], "block \(block) is counted wrongly")
        }
        let free = pool.freeBlocks
        precondition(free.count == pool.freeCount && Set(free).count == free.count, "the free list is broken")
        precondition(free.allSatisfy { holders[Int($0)] == 0 }, "a held block is free")
        precondition(free.count == holders.count { $0 == 0 }, "a block is lost")
        precondition(scheduler.running.count <= scheduler.limits.maxSequences, "too many run")
        if scheduler.isIdle { precondition(pool.usedCount == 0 && scheduler.waitingSequenceCount == 0, "a leak") }
    }

    private func take(_ outputs: [SchedulerOutput]) {
        for output in outputs {
            precondition(!ended.contains(output.request), "nothing follows the end")
            switch output.content {
            case .event(let event):
                if case .scheduled(let cached) = event {
                    precondition(cachedTokens[output.request] == nil, "a request starts once")
                    cachedTokens[output.request] = cached
                }
                outcomes[output.request]?.add(event)
            case .ended: ended.insert(output.request)
            case .failed(let error):
                ended.insert(output.request)
                errors[output.request] = error
            }
        }
    }
}
