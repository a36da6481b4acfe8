import CKernels
import CLinux

/// The CPU as models use it: threads, the kernels of one instruction set and their scratch.
///
/// The operations are in extensions, one file per kind. One caller at a time. No result depends on the number of
/// threads: work is cut by outputs, heads, rows and fixed key ranges, never inside a sum.
package final class Processor: @unchecked Sendable {
    package let instructionSet: InstructionSet
    package var threadCount: Int { workers.threadCount }
    /// One per processor that this process may use.
    package static var usableThreads: Int { Int(linux_usable_processors()) }
    /// The threads; others may use them between this processor's operations.
    package let workers: WorkerPool
    /// Times the models' stages where it is set.
    package var stageClock: StageClock?

    let kernels: ck_kernels
    let scratch: [ThreadScratch]
    let quantizedInputs = QuantizedInputs()
    /// Partial results of attention that is split over the keys.
    let partials = Tensor(rows: 1, columns: 1)

    /// `threads` counts the caller. Throws for an instruction set that is unknown or that this machine lacks.
    package init(threads: Int, instructionSet: InstructionSet? = nil) throws(ComputeError) {
        let table = instructionSet.map { ck_kernels_for($0.kernelSet) } ?? ck_kernels_selected()
        guard let table else {
            throw .unsupportedInstructionSet(instructionSet?.rawValue ?? Self.requestedName)
        }
        kernels = table.pointee
        self.instructionSet = InstructionSet(kernels.isa)
        workers = WorkerPool(threadCount: threads)
        scratch = (0..<threads).map { _ in ThreadScratch() }
        OpenBLAS.useOneThread()
    }

    private static var requestedName: String { environmentVariable("APUS_ISA") ?? "" }

    /// Runs `body` over `0..<rows` in contiguous pieces; alone on the caller when the rows are few.
    func forRows(_ rows: Int, atLeast grain: Int, _ body: (Range<Int>) -> Void) {
        if rows <= grain { return body(0..<rows) }
        let pieces = min((rows + grain - 1) / grain, threadCount * 4)
        workers.run(pieces) { piece in
            body(rows * piece / pieces..<rows * (piece + 1) / pieces)
        }
    }
}
