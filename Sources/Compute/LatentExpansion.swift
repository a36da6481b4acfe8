import CKernels

/// kv_b_proj, which expands latents into keys and values, as one matrix and in two parts as GGUF files have it.
extension Processor {
    /// The parts of `expansion`, `[heads * (nope + value), rank]`, in f32: per head the transpose of its key rows,
    /// `[heads * rank, nope]`, and the value rows, `[heads * value, rank]`.
    package func expansionParts(of expansion: Matrix, shape: LatentShape) -> (keys: Matrix, values: Matrix) {
        let keys = Tensor(rows: shape.heads * shape.rank, columns: shape.nope)
        let values = Tensor(rows: shape.heads * shape.value, columns: shape.rank)
        workers.run(shape.heads) { head, thread in
            let first = head * (shape.nope + shape.value)
            let row = scratch[thread].floats(shape.rank)
            for index in 0..<shape.nope {
                expansion.load(row: first + index, with: kernels, into: row)
                for column in 0..<shape.rank {
                    keys.pointer(row: head * shape.rank + column, column: index).pointee = row[column]
                }
            }
            for index in 0..<shape.value {
                expansion.load(
                    row: first + shape.nope + index, with: kernels,
                    into: values.pointer(row: head * shape.value + index))
            }
        }
        return (Matrix(keys), Matrix(values))
    }

    /// One matrix of the two parts, in f32.
    package func expansion(joining keys: Matrix, _ values: Matrix, shape: LatentShape) -> Tensor {
        let result = Tensor(rows: shape.heads * (shape.nope + shape.value), columns: shape.rank)
        workers.run(shape.heads) { head, thread in
            let first = head * (shape.nope + shape.value)
            let row = scratch[thread].floats(shape.nope)
            for column in 0..<shape.rank {
                keys.load(row: head * shape.rank + column, with: kernels, into: row)
                for index in 0..<shape.nope { result.pointer(row: first + index, column: column).pointee = row[index] }
            }
            for index in 0..<shape.value {
                values.load(
                    row: head * shape.value + index, with: kernels,
                    into: result.pointer(row: first + shape.nope + index))
            }
        }
        return result
    }
}
