import Checkpoints
import Compute

/// Packs linear weights of block formats while they are loaded, or finds them packed by an earlier start.
final class WeightPacker {
    private let processor: Processor
    private let packed: PackedWeights
    private let progress: LoadProgress.Handler?
    private let total: Int
    private var completed = 0

    /// - Parameters:
    ///   - total: bytes of all that will be packed.
    ///   - progress: told of the bytes packed; nil where somebody else reports.
    init(processor: Processor, packed: PackedWeights, total: Int, progress: LoadProgress.Handler?) {
        self.processor = processor
        self.packed = packed
        self.total = total
        self.progress = progress
    }

    /// The packed weights of this name, made of those that `rows` gives if they are not there.
    func pack(
        _ name: String, outputs: Int, inputs: Int, format: ElementFormat, cuts: CutPoints? = nil,
        rows: () throws(CheckpointError) -> Matrix
    ) throws(CheckpointError) -> Matrix {
        let byteCount = Matrix.packedByteCount(outputs: outputs, inputs: inputs, format: format)
        switch try packed.region(name, byteCount: byteCount) {
        case .filled(let base, let owner):
            return Matrix(
                outputs: outputs, inputs: inputs, format: format, base: base, owner: owner, cuts: cuts, isPacked: true)
        case .empty(let base, let owner):
            let result = processor.pack(try rows(), into: base, owner: owner)
            completed += byteCount
            progress?(LoadProgress(completed: min(completed, total), total: total, file: "packing"))
            return result
        }
    }
}
