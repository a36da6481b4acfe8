import Checkpoints
import Compute

/// Encodes weights while they are loaded, tensor after tensor on all threads, into memory of their own.
///
/// Files are read as the tensors come, and their pages are given back, so that no more than one tensor is in memory
/// beside what is encoded already.
final class WeightQuantizer {
    private let recipe: QuantizationRecipe
    private let processor: Processor
    private let progress: LoadProgress.Handler?
    /// Bytes of the tensors to read.
    private let total: Int
    private var completed = 0

    /// Throws where the weights are quantised already.
    init(
        _ type: QuantizationType, plan: TensorPlan, tensors: TensorIndex, processor: Processor,
        progress: LoadProgress.Handler?
    ) throws(CheckpointError) {
        try tensors.checkIsNotQuantized(remedy: "Leave --quantization out")
        recipe = QuantizationRecipe(type, for: plan.configuration)
        self.processor = processor
        self.progress = progress
        total = plan.loadedItems.reduce(0) { sum, item in
            sum + plan.tensors(of: item, in: tensors).reduce(0) { $0 + $1.byteCount }
        }
    }

    /// The type that a matrix gets.
    func type(of tensor: TensorView) -> ElementType { recipe.elementType(of: tensor.name, shape: tensor.shape) }

    /// The weights in another type, or as they are where that is theirs. Reads the tensors that they lie in and gives
    /// the memory back.
    func encoded(
        _ matrix: Matrix, in tensors: [TensorView], as type: ElementType, cuts: CutPoints?
    ) throws(CheckpointError) -> Matrix {
        try read(tensors)
        let format = Self.format(type)
        if format == matrix.format {
            var result = matrix
            result.cuts = cuts
            return result
        }
        let result = processor.encoded(matrix, as: format, cuts: cuts)
        for tensor in tensors { tensor.release() }
        return result
    }

    /// Encodes kv_b_proj in two parts, as GGUF files have it: the transposed keys of each head, and the values.
    func encodedParts(
        of expansion: Matrix, in tensors: [TensorView], prefix: String, shape: LatentShape
    ) throws(CheckpointError) -> (keys: Matrix, values: Matrix) {
        let keys = recipe.elementType(of: "\(prefix).k_b_proj.weight", shape: [shape.heads, shape.rank, shape.nope])
        let values = recipe.elementType(
            of: "\(prefix).v_b_proj.weight", shape: [shape.heads, shape.value, shape.rank])
        try read(tensors)
        let parts = processor.expansionParts(of: expansion, shape: shape)
        for tensor in tensors { tensor.release() }
        return (
            processor.encoded(parts.keys, as: Self.format(keys)),
            processor.encoded(parts.values, as: Self.format(values))
        )
    }

    /// Reads tensors into memory and tells the progress.
    func read(_ tensors: [TensorView]) throws(CheckpointError) {
        for tensor in tensors {
            try tensor.populate()
            completed += tensor.byteCount
            progress?(LoadProgress(completed: completed, total: total, file: tensor.file))
        }
    }

    private static func format(_ type: ElementType) -> ElementFormat {
        guard let format = ElementFormat(type) else {
            preconditionFailure("recipes give types of weights, not \(type)")
        }
        return format
    }
}
