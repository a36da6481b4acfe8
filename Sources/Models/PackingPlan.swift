import Checkpoints
import Compute

/// What packing a checkpoint's weights takes, and where they go.
struct PackingPlan {
    /// Bytes of the tensors that are packed.
    let byteCount: Int
    private let capacity: Int
    private let key: String
    private let directory: String?

    /// Throws when the packed weights fit neither into memory nor have a folder to be mapped from.
    init(_ tensors: TensorIndex, options: ModelOptions) throws(CheckpointError) {
        let blocked = tensors.filter(\.type.isBlocked)
        byteCount = blocked.reduce(0) { $0 + $1.byteCount }
        directory = byteCount == 0 ? nil : options.weightCache
        // Rows that fill the last strip, and the space between regions: at most 15 rows and 63 bytes a matrix.
        capacity = blocked.reduce(0) { sum, tensor in
            let matrices = tensor.shape.count > 2 ? tensor.shape[0] : 1
            let rows = max(tensor.shape.dropLast().reduce(1, *), 1)
            return sum + tensor.byteCount + matrices * (16 * (tensor.byteCount / rows) + 64)
        }
        key = "strips of 16, 1; \(tensors.fileKey)"
        guard directory != nil || byteCount <= options.availableMemory else {
            throw CheckpointError(
                file: tensors.fileNames.first ?? "weights",
                problem: "holds \(HumanReadable.bytes(byteCount)) of weights, but "
                    + "\(HumanReadable.bytes(options.availableMemory)) of memory are free",
                remedy: "Take a smaller quantisation, or give --weight-cache a folder to stream the weights from.")
        }
    }

    func open(name: String) throws(CheckpointError) -> PackedWeights {
        try .open(directory: directory, name: name, key: key, capacity: capacity)
    }
}
