import Checkpoints
import Compute

extension WeightSource {
    /// What expands a cached latent into keys and values (kv_b_proj), and the same weights for absorbed attention.
    typealias KeyValueExpansion = (expansion: LatentExpansion, absorption: LatentAbsorption)

    /// Takes kv_b_proj, or the parts into which GGUF files split it, or where it is quantised, those that they would
    /// have: k_b `[heads, rank, nope]` is the transpose of the key rows, v_b `[heads, value, rank]` the value rows. Both
    /// forms of attention see the same values: block formats are packed for the absorbed form, which reads them once
    /// per step, and stay as they are stored for the expanded one, which decodes them head by head.
    func keyValueExpansion(
        _ prefix: String, shape: LatentShape, processor: Processor
    ) throws(CheckpointError) -> KeyValueExpansion {
        guard let (keys, values) = try expansionParts(prefix, shape: shape) else {
            let name = "\(prefix).kv_b_proj.weight"
            let stored = try matrix(name)
            let absorption = LatentAbsorption(
                keys: processor.keyAbsorption(of: stored, shape: shape), expansion: try packed(stored, as: name),
                shape: shape)
            return (.whole(stored), absorption)
        }
        let absorption = LatentAbsorption(
            keys: try (0..<shape.heads).map { head throws(CheckpointError) in
                try packed(
                    keys.rows(head * shape.rank..<(head + 1) * shape.rank), as: "\(prefix).k_b_proj.weight#\(head)")
            },
            values: try packed(values, as: "\(prefix).v_b_proj.weight"), shape: shape)
        return (.parts(keys: keys, values: values), absorption)
    }

    /// The transposed keys and the values; nil where kv_b_proj stays whole.
    private func expansionParts(
        _ prefix: String, shape: LatentShape
    ) throws(CheckpointError) -> (keys: Matrix, values: Matrix)? {
        if view("\(prefix).kv_b_proj.weight") != nil {
            guard let quantizer else { return nil }
            let (matrix, tensors) = try stored("\(prefix).kv_b_proj.weight")
            return try quantizer.encodedParts(of: matrix, in: tensors, prefix: prefix, shape: shape)
        }
        guard view("\(prefix).k_b_proj.weight") != nil, view("\(prefix).v_b_proj.weight") != nil else { return nil }
        return (try matrix("\(prefix).k_b_proj.weight"), try matrix("\(prefix).v_b_proj.weight"))
    }
}
