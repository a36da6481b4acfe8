import CKernels

extension Processor {
    /// For each head the transpose of its key expansion, `[rank, nope]`: the same weights, so that both forms of latent
    /// attention multiply by equal values.
    ///
    /// - Parameter expansion: kv_b_proj, `[heads * (nope + value), rank]`, per head the keys' rows before the values'.
    package func keyAbsorption(of expansion: Matrix, shape: LatentShape) -> [Matrix] {
        let transposed = (0..<shape.heads).map { _ in Tensor(rows: 0, columns: 0) }
        let block = Int(CK_SCALE_BLOCK)
        let keepsCodes = expansion.format == .f8e4m3 && (shape.nope + shape.value) % block == 0
        if keepsCodes {
            return (0..<shape.heads).map { transposeCodes(of: expansion, shape: shape, head: $0) }
        }
        pool.run(shape.heads) { head in
            let out = transposed[head]
            out.reshape(rows: shape.rank, columns: shape.nope)
            let row = Tensor(rows: 1, columns: shape.rank)
            for index in 0..<shape.nope {
                expansion.load(row: head * (shape.nope + shape.value) + index, with: kernels, into: row.base)
                for column in 0..<shape.rank { out.base[column * shape.nope + index] = row.base[column] }
            }
        }
        // Scaled fp8 values have more digits than 16 bits hold.
        let format = expansion.format == .f8e4m3 ? .f32 : expansion.format
        return transposed.map { Matrix($0, format: format) }
    }

    /// A head that starts at a block's first row: codes and scales change places with the blocks whole.
    private func transposeCodes(of expansion: Matrix, shape: LatentShape, head: Int) -> Matrix {
        let block = Int(CK_SCALE_BLOCK)
        let firstRow = head * (shape.nope + shape.value)
        let codes = OwnedBytes(count: shape.rank * shape.nope)
        let source = (expansion.base + firstRow * expansion.rowBytes).assumingMemoryBound(to: UInt8.self)
        let target = codes.base.bindMemory(to: UInt8.self, capacity: codes.count)
        for row in 0..<shape.nope {
            for column in 0..<shape.rank { target[column * shape.nope + row] = source[row * shape.rank + column] }
        }
        let blockRows = (shape.rank + block - 1) / block
        let blockColumns = (shape.nope + block - 1) / block
        let scales = Tensor(rows: blockRows, columns: blockColumns)
        if let old = expansion.scales {
            for row in 0..<blockRows {
                for column in 0..<blockColumns {
                    scales.base[row * blockColumns + column] =
                        old[(firstRow / block + column) * expansion.scaleStride + row]
                }
            }
        }
        return Matrix(
            outputs: shape.rank, inputs: shape.nope, format: .f8e4m3, base: codes.base, owner: codes,
            scales: scales.base, scalesOwner: scales)
    }
}
