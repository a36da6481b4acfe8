import Engine
import Glibc
import Models
import Synchronization

/// A runner whose "model" reads everything that it wrote into its paged cache, so that any wrong block, role, position
/// or a block shared or taken too early changes the tokens.
final class FakeRunner: ModelRunner {
    struct Failure: Error, CustomStringConvertible {
        var description: String { "the device is gone" }
    }

    let blockCount: Int
    let blockSize: Int
    let contextLength: Int
    let distinguishesRoles: Bool
    let vocabularySize = HashModel.vocabularySize

    private struct State {
        /// Cache entries, `blockSize` to a block.
        var cache: [UInt64]
        var plan: StepPlan?
        var failures: Set<Int> = []
        var steps = 0
        var rows = 0
        var beforeStep: (@Sendable () -> Void)?
        var holdsAfter = Int.max
    }

    private let state: Mutex<State>

    init(blockCount: Int = 64, blockSize: Int = 4, contextLength: Int = 256, distinguishesRoles: Bool = true) {
        self.blockCount = blockCount
        self.blockSize = blockSize
        self.contextLength = contextLength
        self.distinguishesRoles = distinguishesRoles
        state = Mutex(State(cache: Array(repeating: 0xdead, count: blockCount * blockSize)))
    }

    var steps: Int { state.withLock { $0.steps } }
    var rows: Int { state.withLock { $0.rows } }

    /// Makes the given step, counted from 1, throw.
    func fail(step: Int) { state.withLock { _ = $0.failures.insert(step) } }

    /// Called on the engine's thread before each step runs.
    func onStep(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.beforeStep = body } }

    /// Blocks the engine's thread in the step after this many until `release()`.
    func hold(afterSteps steps: Int) { state.withLock { $0.holdsAfter = steps } }
    func release() { state.withLock { $0.holdsAfter = .max } }

    func submit(_ plan: StepPlan) -> StepTicket {
        state.withLock { state in
            precondition(state.plan == nil, "one step at a time")
            state.plan = plan
            return StepTicket(number: 1)
        }
    }

    func collect(_ ticket: StepTicket) throws -> StepResult {
        state.withLock { $0.beforeStep }?()
        while state.withLock({ $0.steps >= $0.holdsAfter }) { usleep(500) }
        return try state.withLock { state in
            guard let plan = state.plan else { preconditionFailure("nothing was submitted") }
            state.plan = nil
            state.steps += 1
            if state.failures.contains(state.steps) { throw Failure() }
            return run(plan, &state)
        }
    }

    private func run(_ plan: StepPlan, _ state: inout State) -> StepResult {
        var row = 0
        var entries: [UInt64] = []
        var wanted = plan.batch.logitRows[...]
        for sequence in plan.batch.sequences {
            let end = sequence.firstPosition + sequence.rowCount
            precondition(sequence.rowCount > 0, "a sequence without rows")
            precondition(sequence.blockTable.count == (end + blockSize - 1) / blockSize, "the table covers the rows")
            var past: [UInt64] = []
            for position in 0..<end {
                let slot = Int(sequence.blockTable[position / blockSize]) * blockSize + position % blockSize
                if position >= sequence.firstPosition {
                    let isPrompt = !distinguishesRoles || position < sequence.promptLength
                    state.cache[slot] = HashModel.entry(
                        token: plan.batch.tokens[row], position: position, isPrompt: isPrompt, past: past)
                    if wanted.first == row { entries.append(state.cache[slot]) }
                    if wanted.first == row { wanted.removeFirst() }
                    row += 1
                }
                past.append(state.cache[slot])
            }
        }
        precondition(row == plan.batch.tokens.count && wanted.isEmpty, "rows and tokens agree")
        state.rows += row
        return StepResult(
            samples: plan.samples.map { HashModel.sample(entries[$0.logitIndex], $0) },
            promptLogprobs: plan.promptLogprobs.map { task in
                task.targets.enumerated().map { index, target in
                    HashModel.logprobs(entries[task.firstLogitIndex + index], of: target, top: task.top)
                }
            })
    }
}
