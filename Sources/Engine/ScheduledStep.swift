/// A plan together with the sequences that it is for; `Scheduler.commit` takes it back with the runner's result.
package struct ScheduledStep {
    package var plan: StepPlan
    package var runs: [ScheduledRun]
    /// What consumers are told before the step runs.
    package var outputs: [SchedulerOutput]
}

/// Consecutive rows of one sequence in a step.
package struct ScheduledRun {
    package var sequence: TokenSequence
    package var rowCount: Int
    /// Its tasks in the plan.
    var samples: Range<Int> = 0..<0
    var promptLogprobs: Int?
}

/// What the consumer of one request is told.
package struct SchedulerOutput: Sendable {
    package enum Content: Sendable {
        case event(GenerationEvent)
        /// All choices have ended; nothing follows.
        case ended
        /// The request was given up; nothing follows.
        case failed(EngineError)
    }

    package var request: UInt64
    package var content: Content
}
