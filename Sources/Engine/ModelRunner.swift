/// What computes a step: the model, its cache and the sampler, wherever they are.
///
/// The engine alone calls it, from one thread, and collects each ticket before it submits the next plan.
package protocol ModelRunner: AnyObject, Sendable {
    /// Blocks of the cache, and tokens per block.
    var blockCount: Int { get }
    var blockSize: Int { get }
    var vocabularySize: Int { get }
    /// Longest sequence that the model can.
    var contextLength: Int { get }
    /// Whether blocks may be shared only between equal roles.
    var distinguishesRoles: Bool { get }

    /// Takes a plan and returns at once where the work happens elsewhere.
    func submit(_ plan: StepPlan) throws -> StepTicket
    /// Waits for the plan's result. Throws when the step failed; the cache's other blocks must then be as before.
    func collect(_ ticket: StepTicket) throws -> StepResult
}

/// A step that was submitted and not yet collected.
package struct StepTicket: Sendable, Hashable {
    package var number: UInt64

    package init(number: UInt64) { self.number = number }
}
