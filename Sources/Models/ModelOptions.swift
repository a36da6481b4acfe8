package import Compute

/// How a model is run.
package struct ModelOptions: Sendable {
    /// Threads that compute, the caller included.
    package var threads: Int
    package var keyValueType: KeyValueType
    /// Longest sequence in tokens; the checkpoint's own limit if nil, and never beyond it.
    package var maxContext: Int?
    /// Nil: what `APUS_ISA` names, else the fastest.
    package var instructionSet: InstructionSet?
    /// Bytes of memory that weights may fill. Larger checkpoints are streamed from disk instead of read at start.
    package var availableMemory: Int

    package init(
        threads: Int, keyValueType: KeyValueType = .auto, maxContext: Int? = nil,
        instructionSet: InstructionSet? = nil, availableMemory: Int = .max
    ) {
        self.threads = threads
        self.keyValueType = keyValueType
        self.maxContext = maxContext
        self.instructionSet = instructionSet
        self.availableMemory = availableMemory
    }
}
