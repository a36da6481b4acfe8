/// The engine's state after its last step.
package struct EngineStatistics: Sendable, Equatable {
    /// Sequences that hold blocks, and sequences that wait for some: new, preempted or branched off.
    package var runningSequences = 0
    package var waitingSequences = 0
    /// Requests taken and not ended.
    package var openRequests = 0
    /// Requests of which nothing was computed yet, those just submitted included.
    package var queuedRequests = 0
    package var usedBlocks = 0
    /// Those of them that several sequences hold.
    package var sharedBlocks = 0
    package var totalBlocks = 0
    package var counters = EngineCounters()

    package init() {}
}
