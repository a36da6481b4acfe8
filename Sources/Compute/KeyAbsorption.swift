import CKernels

extension Processor {
    /// For each head the transpose of its key expansion, `[rank, nope]`: the same weights, so that both forms of latent
    /// attention multiply by equal values.
    ///
    /// - Parameter expansion: kv_b_proj, `[heads * (nope + value), rank]`, per head the keys' rows before the values'.
    package func keyAbsorption(of expansion: Matrix, shape: LatentShape) -> [Matrix] {
        var heads = [Matrix?](repeating: nil, count: shape.heads)
        // A head of fp8 that starts at a block's first row keeps its codes. Otherwise its scaled values have more
        // digits than 16 bits hold.
        let keepsCodes = expansion.format == .f8e4m3 && (shape.nope + shape.value) % Int(CK_SCALE_BLOCK) == 0
        heads.withUnsafeMutableBufferPointer { heads in
            let heads = heads
            workers.run(shape.heads) { head in
                heads[head] =
                    keepsCodes
                    ? transposeCodes(of: expansion, shape: shape, head: head)
                    : transposeValues(of: expansion, shape: shape, head: head)
            }
        }
        return heads.compactMap { $0 }
    }

    private func transposeValues(of expansion: Matrix, shape: LatentShape, head: Int) -> Matrix {
        let values = Tensor(rows: shape.rank, columns: shape.nope)
        let row = Tensor(rows: 1, columns: shape.rank)
        for index in 0..<shape.nope {
            expansion.load(row: head * (shape.nope + shape.value) + index, with: kernels, into: row.base)
            for column in 0..<shape.rank { values.base[column * shape.nope + index] = row.base[column] }
        }
        let keepsFormat = expansion.format != .f8e4m3 && !expansion.format.isBlocked
        return Matrix(values, format: keepsFormat ? expansion.format : .f32)
    }

    /// Codes and scales change places with the blocks whole.
    private func transposeCodes(of expansion: Matrix, shape: LatentShape, head: Int) -> Matrix {
        let block = Int(CK_SCALE_BLOCK)
        let firstRow = head * (shape.nope + shape.value)
        let codes = OwnedBytes(count: shape.rank * shape.nope)
        let source = (expansion.base + firstRow * expansion.rowBytes).assumingMemoryBound(to: UInt8.self)
        let target = codes.base.bindMemory(to: UInt8.self, capacity: codes.count)
        for row in 0..<shape.nope {
            for column in 0..<shape.rank { target[column * shape.nope + row] = source[row * shape.rank + column] }
        }
        let scales = Tensor(rows: (shape.rank + block - 1) / block, columns: (shape.nope + block - 1) / block)
        if let old = expansion.scales {
            for row in 0..<scales.rows {
                for column in 0..<scales.columns {
                    scales.base[row * scales.columns + column] =
                        old[(firstRow / block + column) * expansion.scaleStride + row]
                }
            }
        }
        return Matrix(
            outputs: shape.rank, inputs: shape.nope, format: .f8e4m3, base: codes.base, owner: codes,
            scales: scales.base, scalesOwner: scales)
    }
}
