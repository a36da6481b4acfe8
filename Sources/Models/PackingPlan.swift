import Checkpoints

/// What packing a checkpoint's weights takes, and where they go.
struct PackingPlan {
    /// Bytes of the weights that are packed: those in block formats, or all that are quantised.
    let byteCount: Int
    private let name: String
    private let key: String
    private let directory: String?

    /// Throws when the packed weights fit neither into memory nor have a folder to be mapped from.
    init(_ checkpoint: Checkpoint, plan: TensorPlan, options: ModelOptions) throws(CheckpointError) {
        let tensors = checkpoint.tensors
        let recipe = options.quantization.map { QuantizationRecipe($0, for: plan.configuration) }
        let isPacked = recipe != nil || tensors.contains(where: \.type.isBlocked)
        byteCount = isPacked ? plan.weightBytes(of: tensors, quantizedBy: recipe) : 0
        name = checkpoint.name + (options.quantization.map { "-\($0.rawValue)" } ?? "")
        key = "strips of 16, 2; \(name); \(tensors.fileKey)"
        directory = isPacked ? options.weightCache : nil
        guard directory != nil || byteCount <= options.availableMemory else {
            throw CheckpointError(
                file: tensors.fileNames.first ?? "weights",
                problem: "takes \(HumanReadable.bytes(byteCount))"
                    + "\(options.quantization.map { " as \($0.rawValue)" } ?? ""), "
                    + "of \(HumanReadable.bytes(options.availableMemory)) that are available",
                remedy:
                    "Free memory, take a smaller quantisation, or give --weight-cache a folder: the weights are then "
                    + "streamed from its disk.")
        }
    }

    /// Rows that fill strips need no more than a few percent; the file is sparse.
    func open() throws(CheckpointError) -> PackedWeights {
        try .open(directory: directory, name: name, key: key, capacity: 2 * byteCount + 64 << 20)
    }
}
