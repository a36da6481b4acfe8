import CKernels

/// One head's attention for up to 512 prompt rows of one sequence: every 512 keys are expanded once, in OpenBLAS tiles
/// at fixed positions, and attended by all rows before the next.
struct ExpandedTile {
    static let rowLimit = 512
    /// Rows per call of the attention kernel.
    private static let queryTile = 32

    let processor: Processor
    let shape: LatentShape
    let expansion: Matrix
    let head: Int
    let run: BatchLayout.Run
    let rows: Range<Int>
    let layout: BatchLayout
    let memory: PagedMemory
    let layer: Int
    let thread: Int

    private var keyRange: Int { AttentionPlan.keyRange }
    private var keyCount: Int { run.firstPosition + rows.upperBound - run.rows.lowerBound }
    private var tileCount: Int { (rows.count + Self.queryTile - 1) / Self.queryTile }

    func attend(_ queries: Tensor, into output: Tensor) {
        let ranges = (keyCount + keyRange - 1) / keyRange
        let keyFloats = keyRange * shape.query
        let valueFloats = keyRange * shape.value
        let latentFloats = OpenBLAS.tileRows * shape.cached
        let weightFloats = expansion.format == .f32 ? 0 : (shape.nope + shape.value) * shape.rank
        let partialFloats = ranges * rows.count * (shape.value + 2)
        var next = processor.scratch[thread].floats(
            keyFloats + valueFloats + latentFloats + weightFloats + partialFloats)
        func take(_ count: Int) -> UnsafeMutablePointer<Float> {
            defer { next += count }
            return next
        }
        let keys = take(keyFloats)
        let values = take(valueFloats)
        let latents = take(latentFloats)
        let weights = weights(decodedInto: take(weightFloats))
        let partials = (0..<tileCount).map { tile in
            let count = tileRows(tile).count
            return PartialAttention(
                base: take(ranges * count * (shape.value + 2)), ranges: ranges, rows: count,
                valueSize: shape.value)
        }
        for range in 0..<ranges {
            expand(range, weights: weights, latents: latents, keys: keys, values: values)
            for tile in 0..<tileCount {
                attend(queries, tile: tile, range: range, keys: keys, values: values, into: partials[tile])
            }
        }
        for tile in 0..<tileCount {
            processor.merge(
                partials[tile], heads: 1, positions: tileRows(tile).count,
                into: output.pointer(row: tileRows(tile).lowerBound, column: head * shape.value),
                stride: output.columns)
        }
    }

    private func tileRows(_ tile: Int) -> Range<Int> {
        let first = rows.lowerBound + tile * Self.queryTile
        return first..<min(first + Self.queryTile, rows.upperBound)
    }

    /// This head's rows of the expansion in f32: in place where they are, else decoded.
    private func weights(decodedInto buffer: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
        let count = shape.nope + shape.value
        let first = head * count
        if expansion.format == .f32 {
            return (expansion.base + first * expansion.rowBytes).assumingMemoryBound(to: Float.self)
        }
        for row in 0..<count {
            expansion.load(row: first + row, with: processor.kernels, into: buffer + row * shape.rank)
        }
        return UnsafePointer(buffer)
    }

    /// Fills `keys` `[512, nope + rope]` and `values` `[512, value]` as far as the rows see the range.
    private func expand(
        _ range: Int, weights: UnsafePointer<Float>, latents: UnsafeMutablePointer<Float>,
        keys: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>
    ) {
        let start = range * keyRange
        let table = layout.table(of: run)
        for first in stride(from: 0, to: min(keyRange, keyCount - start), by: OpenBLAS.tileRows) {
            let known = min(OpenBLAS.tileRows, keyCount - start - first)
            for token in 0..<known {
                let position = start + first + token
                let block = memory.base + Int(table[position / memory.blockSize]) * memory.blockBytes
                let key =
                    block + memory.keyOffset(layer: layer, head: 0)
                    + position % memory.blockSize * memory.keyBytes
                processor.kernels.load(
                    memory.layout.format.kernelFormat, key, nil, latents + token * shape.cached, shape.cached)
                (keys + (first + token) * shape.query + shape.nope).update(
                    from: latents + token * shape.cached + shape.rank, count: shape.rope)
            }
            for token in known..<OpenBLAS.tileRows {
                (latents + token * shape.cached).update(repeating: 0, count: shape.cached)
            }
            OpenBLAS.multiplyTile(
                x: latents, xStride: shape.cached, weights: weights, weightStride: shape.rank, outputs: shape.nope,
                inputs: shape.rank, y: keys + first * shape.query, yStride: shape.query)
            OpenBLAS.multiplyTile(
                x: latents, xStride: shape.cached, weights: weights + shape.nope * shape.rank,
                weightStride: shape.rank, outputs: shape.value, inputs: shape.rank, y: values + first * shape.value,
                yStride: shape.value)
        }
    }

    private func attend(
        _ queries: Tensor, tile: Int, range: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
        into partial: PartialAttention
    ) {
        let rows = tileRows(tile)
        // One page as long as any sequence, placed so that the range's first key is the buffer's.
        let start = range * keyRange
        withUnsafePointer(to: Int32(0)) { table in
            var arguments = ck_attention(
                cache: ck_cache(
                    format: .f32, keys: UnsafeRawPointer(keys) - start * shape.query * 4,
                    values: UnsafeRawPointer(values) - start * shape.value * 4, key_block_stride: 0,
                    value_block_stride: 0, key_stride: shape.query * 4, value_stride: shape.value * 4,
                    block_table: table, block_tokens: Int(Int32.max)),
                key_size: shape.query, value_size: shape.value, heads: 1, positions: rows.count,
                q: queries.pointer(row: rows.lowerBound, column: head * shape.query),
                q_position_stride: queries.columns, q_head_stride: shape.query,
                limits: layout.limits + rows.lowerBound, scale: shape.scale, key_begin: start,
                key_end: start + keyRange, max: partial.max(range), sum: partial.sum(range),
                accumulator: partial.accumulator(range), scratch: processor.scratch[thread].kernel)
            processor.kernels.attention(&arguments)
        }
    }
}
