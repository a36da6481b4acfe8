import Engine
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
        /// Cache entries by block and slot.
        var cache: [[UInt64]]
        var plan: StepPlan?
        var failures: Set<Int> = []
        var steps = 0
        var rows = 0
        var beforeStep: (@Sendable (StepPlan) -> Void)?
    }

    private let state: Mutex<State>

    init(blockCount: Int = 64, blockSize: Int = 4, contextLength: Int = 256, distinguishesRoles: Bool = true) {
        self.blockCount = blockCount
        self.blockSize = blockSize
        self.contextLength = contextLength
        self.distinguishesRoles = distinguishesRoles
        let cache = [[UInt64]](repeating: Array(repeating: 0xdead, count: blockSize), count: blockCount)
        state = Mutex(State(cache: cache))
    }

    var steps: Int { state.withLock { $0.steps } }
    var rows: Int { state.withLock { $0.rows } }

    /// Makes the given step, counted from 1, throw.
    func fail(step: Int) { state.withLock { _ = $0.failures.insert(step) } }

    /// Called on the engine's thread before each step runs.
    func onStep(_ body: @escaping @Sendable (StepPlan) -> Void) { state.withLock { $0.beforeStep = body } }

    func submit(_ plan: StepPlan) -> StepTicket {
        state.withLock { state in
            precondition(state.plan == nil, "one step at a time")
            state.plan = plan
            return StepTicket(number: 1)
        }
    }

    func collect(_ ticket: StepTicket) throws -> StepResult {
        let beforeStep = state.withLock { $0.beforeStep }
        if let beforeStep, let plan = state.withLock({ $0.plan }) { beforeStep(plan) }
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
        var logits: [[Float]] = []
        var wanted = plan.batch.logitRows[...]
        for sequence in plan.batch.sequences {
            precondition(sequence.rowCount > 0, "a sequence without rows")
            precondition(
                sequence.blockTable.count == (sequence.firstPosition + sequence.rowCount + blockSize - 1) / blockSize,
                "the table covers the rows and no more")
            for position in sequence.firstPosition..<sequence.firstPosition + sequence.rowCount {
                let past = (0..<position).map {
                    state.cache[Int(sequence.blockTable[$0 / blockSize])][$0 % blockSize]
                }
                let entry = HashModel.entry(
                    token: plan.batch.tokens[row], position: position,
                    isPrompt: !distinguishesRoles || position < sequence.promptLength, past: past)
                state.cache[Int(sequence.blockTable[position / blockSize])][position % blockSize] = entry
                if wanted.first == row {
                    wanted.removeFirst()
                    logits.append(HashModel.logits(entry))
                }
                row += 1
            }
        }
        precondition(row == plan.batch.tokens.count && wanted.isEmpty, "rows and tokens agree")
        state.rows += row
        return HashModel.sample(plan, logits)
    }
}
