import Checkpoints
import Compute

extension WeightSource {
    /// What expands a cached latent into keys and values (kv_b_proj), and per head the transpose of its key rows.
    typealias KeyValueExpansion = (expansion: Matrix, absorption: [Matrix])

    /// Takes kv_b_proj, or puts it together where a GGUF file splits it: k_b `[heads, rank, nope]` is the transpose of
    /// the key rows and serves in place, v_b `[heads, value, rank]` the value rows.
    func keyValueExpansion(
        _ prefix: String, shape: LatentShape, processor: Processor
    ) throws(CheckpointError) -> KeyValueExpansion {
        guard view("\(prefix).kv_b_proj.weight") == nil, let keys = view("\(prefix).k_b_proj.weight"),
            let values = view("\(prefix).v_b_proj.weight")
        else {
            let stored = try matrix("\(prefix).kv_b_proj.weight")
            // Both forms of attention use it, and only one of them multiplies; they must see the same values.
            let expansion = stored.format.isBlocked ? stored.decoded() : stored
            return (expansion, processor.keyAbsorption(of: expansion, shape: shape))
        }
        guard let keyFormat = ElementFormat(keys.type), let valueFormat = ElementFormat(values.type) else {
            throw unusable(ElementFormat(keys.type) == nil ? keys : values)
        }
        let headBytes = keys.byteCount / shape.heads
        let absorption = try (0..<shape.heads).map { head throws(CheckpointError) in
            try packed(
                Matrix(
                    outputs: shape.rank, inputs: shape.nope, format: keyFormat, base: keys.base + head * headBytes,
                    owner: keys.owner), of: keys, number: head)
        }
        let rows = Self.expandedRows(keys, keyFormat, values, valueFormat, shape: shape, processor: processor)
        let keepsFormat = keyFormat == valueFormat && !keyFormat.isBlocked
        return (Matrix(rows, format: keepsFormat ? keyFormat : .f32), absorption)
    }

    /// `[heads * (nope + value), rank]`, per head the keys' rows before the values'.
    private static func expandedRows(
        _ keys: TensorView, _ keyFormat: ElementFormat, _ values: TensorView, _ valueFormat: ElementFormat,
        shape: LatentShape, processor: Processor
    ) -> Tensor {
        let result = Tensor(rows: shape.heads * (shape.nope + shape.value), columns: shape.rank)
        let keyBytes = keys.byteCount / shape.heads
        let valueBytes = values.byteCount / shape.heads
        processor.workers.run(shape.heads) { head in
            let first = head * (shape.nope + shape.value)
            let transposed = Tensor(
                decoding: keys.base + head * keyBytes, format: keyFormat, count: shape.rank * shape.nope)
            transposed.withRow(0) { source in
                for row in 0..<shape.nope {
                    result.withMutableRow(first + row) { target in
                        for column in 0..<shape.rank { target[column] = source[column * shape.nope + row] }
                    }
                }
            }
            let plain = Tensor(
                decoding: values.base + head * valueBytes, format: valueFormat, count: shape.value * shape.rank)
            plain.withRow(0) { source in
                for row in 0..<shape.value {
                    result.withMutableRow(first + shape.nope + row) { target in
                        for column in 0..<shape.rank { target[column] = source[row * shape.rank + column] }
                    }
                }
            }
        }
        return result
    }
}
