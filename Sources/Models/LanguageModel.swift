package import Compute

/// How a position came to be. Where two formulas compute the same thing (MLA expanded or absorbed), the role decides,
/// so that a result never depends on how the work was cut into steps.
package enum PositionRole: UInt8, Sendable {
    case prompt
    case generated
}

/// The rows of one forward pass: for each sequence a run of consecutive positions.
package struct ForwardBatch: Sendable {
    /// Consecutive positions of one sequence.
    package struct Sequence: Sendable {
        /// Number of rows that this sequence has in the batch; the batch's rows are its sequences' rows in order.
        package var rowCount: Int
        /// Position of the first row; the positions before it are in the cache already.
        package var firstPosition: Int
        /// Positions below this have the role `prompt`, the others `generated`.
        package var promptLength: Int
        /// Block numbers by position / blockSize; covers all rows of the sequence.
        package var blockTable: [Int32]

        package init(rowCount: Int, firstPosition: Int, promptLength: Int, blockTable: [Int32]) {
            self.rowCount = rowCount
            self.firstPosition = firstPosition
            self.promptLength = promptLength
            self.blockTable = blockTable
        }
    }

    /// Token of each row.
    package var tokens: [Int32]
    package var sequences: [Sequence]
    /// Rows whose logits are wanted, ascending.
    package var logitRows: [Int]

    package init(tokens: [Int32], sequences: [Sequence], logitRows: [Int]) {
        self.tokens = tokens
        self.sequences = sequences
        self.logitRows = logitRows
    }
}

/// A model that the CPU runs: it writes keys and values into a paged cache and returns logits.
///
/// One caller at a time. Results are bit-identical however positions are cut into batches and whatever else is in them.
package protocol LanguageModel: AnyObject, Sendable {
    var vocabularySize: Int { get }
    /// Longest sequence in tokens.
    var contextLength: Int { get }
    /// Whether prompt and generated positions leave different bytes in the cache (MLA), so that blocks may be shared
    /// only between equal roles.
    var distinguishesRoles: Bool { get }
    /// Bytes that one token takes in the cache, all layers together.
    var cacheBytesPerToken: Int { get }

    /// Allocates the paged cache. Throws when the memory cannot be had.
    func makeCache(blockCount: Int, blockSize: Int) throws -> any KeyValueCache

    /// Runs the batch and returns logits `[logitRows.count, vocabularySize]`, valid until the next call.
    func forward(_ batch: ForwardBatch, cache: any KeyValueCache) -> Tensor
}

/// Paged keys and values of all layers; made and understood by the model alone.
package protocol KeyValueCache: AnyObject, Sendable {
    var blockCount: Int { get }
    /// Tokens per block.
    var blockSize: Int { get }
}
