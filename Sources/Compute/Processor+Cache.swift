import CKernels

extension Processor {
    /// Rotates vectors of `columns.count` values in place: `heads` of them a row, `stride` values apart, the first one
    /// at `columns`.
    package func rotate(_ tensor: Tensor, columns: Range<Int>, heads: Int, stride: Int, by table: RotaryTable) {
        precondition(columns.count == table.dimension, "\(columns) does not match \(table.dimension) angles")
        precondition(columns.upperBound + (heads - 1) * stride <= tensor.columns, "\(heads) heads")
        forRows(tensor.rows, atLeast: 8) { rows in
            for row in rows {
                let vectors = tensor.pointer(row: row, column: columns.lowerBound)
                kernels.rope(
                    table.pairing == .halves ? .halves : .adjacent, vectors, stride, table.cosines(row: row),
                    table.sines(row: row), heads, columns.count, vectors, stride)
            }
        }
    }

    /// Writes the rows' keys `[rows, heads * keySize]` and values `[rows, heads * valueSize]` to their places in a
    /// layer's cache. A latent cache takes keys alone.
    package func store(
        keys: Tensor, values: Tensor?, layout: BatchLayout, memory: PagedMemory, layer: Int
    ) {
        let sizes = memory.layout
        precondition(keys.columns == sizes.heads * sizes.keySize, "keys of \(keys.columns) values")
        precondition((values?.columns ?? 0) == sizes.heads * sizes.valueSize, "values of another size")
        for run in layout.runs {
            let table = layout.table(of: run)
            forRows(run.rows.count, atLeast: 16) { rows in
                for index in rows {
                    let row = run.rows.lowerBound + index
                    let position = run.firstPosition + index
                    let block = Int(table[position / memory.blockSize])
                    precondition(block >= 0 && block < memory.blockCount, "block \(block) of \(memory.blockCount)")
                    let token = position % memory.blockSize
                    let start = memory.base + block * memory.blockBytes
                    for head in 0..<sizes.heads {
                        kernels.store(
                            sizes.format.kernelFormat, keys.pointer(row: row, column: head * sizes.keySize),
                            start + memory.keyOffset(layer: layer, head: head) + token * memory.keyBytes,
                            sizes.keySize)
                        guard let values else { continue }
                        kernels.store(
                            sizes.format.kernelFormat, values.pointer(row: row, column: head * sizes.valueSize),
                            start + memory.valueOffset(layer: layer, head: head) + token * memory.valueBytes,
                            sizes.valueSize)
                    }
                }
            }
        }
    }
}
