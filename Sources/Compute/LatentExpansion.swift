import CKernels

/// kv_b_proj, which expands cached latents into keys and values: one matrix, or two as GGUF files have it.
package enum LatentExpansion: Sendable {
    /// `[heads * (nope + value), rank]`, per head the keys' rows before the values'.
    case whole(Matrix)
    /// k_b_proj `[heads * rank, nope]`, per head the transposed key rows, and v_b_proj `[heads * value, rank]`.
    case parts(keys: Matrix, values: Matrix)

    /// One head's weights in f32.
    struct Head {
        /// `[nope, rank]`, or `[rank, nope]` if they are transposed.
        let keys: UnsafePointer<Float>
        let keysAreTransposed: Bool
        /// `[value, rank]`
        let values: UnsafePointer<Float>
    }

    /// Floats of the buffer that `head` decodes into.
    func bufferFloats(_ shape: LatentShape) -> Int {
        let (keys, values) = (shape.nope * shape.rank, shape.value * shape.rank)
        switch self {
        case .whole(let matrix): return matrix.format == .f32 ? 0 : keys + values
        case .parts(let k, let v): return (k.format == .f32 ? 0 : keys) + (v.format == .f32 ? 0 : values)
        }
    }

    /// The weights of a head: in place where they are f32, else decoded.
    func head(
        _ head: Int, _ shape: LatentShape, with kernels: ck_kernels, into buffer: UnsafeMutablePointer<Float>
    ) -> Head {
        switch self {
        case .whole(let matrix):
            let count = shape.nope + shape.value
            let rows = Self.rows(of: matrix, head * count..<(head + 1) * count, with: kernels, into: buffer)
            return Head(keys: rows, keysAreTransposed: false, values: rows + shape.nope * shape.rank)
        case .parts(let keys, let values):
            let keyRows = head * shape.rank..<(head + 1) * shape.rank
            let valueRows = head * shape.value..<(head + 1) * shape.value
            let decodedKeys = keys.format == .f32 ? 0 : keyRows.count * shape.nope
            return Head(
                keys: Self.rows(of: keys, keyRows, with: kernels, into: buffer), keysAreTransposed: true,
                values: Self.rows(of: values, valueRows, with: kernels, into: buffer + decodedKeys))
        }
    }

    private static func rows(
        of matrix: Matrix, _ rows: Range<Int>, with kernels: ck_kernels, into buffer: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        if matrix.format == .f32 {
            return (matrix.base + rows.lowerBound * matrix.rowBytes).assumingMemoryBound(to: Float.self)
        }
        for (place, row) in rows.enumerated() {
            matrix.load(row: row, with: kernels, into: buffer + place * matrix.inputs)
        }
        return UnsafePointer(buffer)
    }
}

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
}
