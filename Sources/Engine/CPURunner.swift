package import Compute
package import Models
internal import Synchronization

/// Runs steps on this machine's processors: the model, its cache, then the sampler, row by row on the same threads.
package final class CPURunner: ModelRunner {
    package let blockCount: Int
    package let blockSize: Int
    private let model: any LanguageModel
    private let cache: any KeyValueCache
    private let workers: WorkerPool
    private let clock: StageClock?
    private let state = Mutex(State())

    private struct State {
        var nextTicket: UInt64 = 0
        var plans: [UInt64: StepPlan] = [:]
        var scratch: [SamplerScratch] = []
    }

    /// Allocates the cache. `workers` may be the model's own; they are used between its calls. `clock` times sampling.
    package init(
        model: any LanguageModel, blockCount: Int, blockSize: Int, workers: WorkerPool, clock: StageClock? = nil
    ) throws {
        self.model = model
        self.workers = workers
        self.clock = clock
        self.blockCount = blockCount
        self.blockSize = blockSize
        cache = try model.makeCache(blockCount: blockCount, blockSize: blockSize)
    }

    package var vocabularySize: Int { model.vocabularySize }
    package var contextLength: Int { model.contextLength }
    package var distinguishesRoles: Bool { model.distinguishesRoles }

    package func submit(_ plan: StepPlan) -> StepTicket {
        state.withLock { state in
            state.nextTicket += 1
            state.plans[state.nextTicket] = plan
            return StepTicket(number: state.nextTicket)
        }
    }

    /// Computes the step on the caller's thread and the workers.
    package func collect(_ ticket: StepTicket) throws -> StepResult {
        guard let plan = state.withLock({ $0.plans.removeValue(forKey: ticket.number) }) else {
            preconditionFailure("ticket \(ticket.number) was collected already")
        }
        let logits = model.forward(plan.batch, cache: cache)
        return clock.time(.sampling) { sample(plan, logits) }
    }

    private func sample(_ plan: StepPlan, _ logits: Tensor) -> StepResult {
        let tasks = RowTasks(plan)
        let outcomes = Mutex([SampledToken?](repeating: nil, count: tasks.count))
        workers.run(tasks.count) { index in
            var scratch = state.withLock { $0.scratch.popLast() } ?? SamplerScratch()
            let outcome = tasks.perform(index, logits, &scratch)
            outcomes.withLock { $0[index] = outcome }
            state.withLock { $0.scratch.append(scratch) }
        }
        return tasks.result(outcomes.withLock { $0 })
    }
}
