import Checkpoints
import Compute

/// Packs a checkpoint's linear weights of block formats while they are loaded, or finds them packed by an earlier start.
/// The source's pages are given back as it goes: no more than a tensor is in memory twice.
final class WeightPacker {
    private let processor: Processor
    private let packed: PackedWeights
    private let progress: LoadProgress.Handler?
    private let total: Int
    private var completed = 0

    /// - Parameter total: bytes of the tensors that will be packed, for `progress`.
    init(processor: Processor, packed: PackedWeights, total: Int, progress: LoadProgress.Handler?) {
        self.processor = processor
        self.packed = packed
        self.total = total
        self.progress = progress
    }

    /// `matrix` as products take it; it is the tensor, or part `number` of it.
    func pack(_ matrix: Matrix, of tensor: TensorView, number: Int? = nil) throws(CheckpointError) -> Matrix {
        guard matrix.format.isBlocked else { return matrix }
        let name = number.map { "\(tensor.name)#\($0)" } ?? tensor.name
        let region = try packed.region(name, byteCount: matrix.packedByteCount)
        if region.isFilled { return matrix.packed(at: region.base, owner: region.owner) }
        let result = processor.pack(matrix, into: region.base, owner: region.owner)
        tensor.releasePages()
        completed += matrix.packedByteCount
        progress?(LoadProgress(completed: min(completed, total), total: total, file: tensor.file))
        return result
    }
}
