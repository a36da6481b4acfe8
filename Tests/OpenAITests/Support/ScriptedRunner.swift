import Engine
import Models
import Synchronization

/// Runs no model: the token at a sequence's n-th generated position is the n-th of a script.
final class ScriptedRunner: ModelRunner {
    let blockCount = 64
    let blockSize = 8
    let vocabularySize = 1024
    let contextLength = 256
    let distinguishesRoles = false
    private let script: [Int32]
    private let promptLength: Int
    private let results = Mutex<[UInt64: StepResult]>([:])
    private let count = Atomic<UInt64>(0)

    init(_ script: [Int32], promptLength: Int) {
        self.script = script
        self.promptLength = promptLength
    }

    func submit(_ plan: StepPlan) -> StepTicket {
        let samples = plan.samples.map { task -> SampledToken? in
            let token = script[min(task.position - promptLength, script.count - 1)]
            return SampledToken(token: token, logprobs: nil)
        }
        let number = count.add(1, ordering: .relaxed).newValue
        results.withLock { $0[number] = StepResult(samples: samples, promptLogprobs: []) }
        return StepTicket(number: number)
    }

    func collect(_ ticket: StepTicket) -> StepResult {
        results.withLock { $0.removeValue(forKey: ticket.number) } ?? StepResult(samples: [], promptLogprobs: [])
    }
}
