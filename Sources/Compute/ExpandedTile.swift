import CKernels

/// One head's attention for prompt rows of one sequence: every 512 keys are expanded once, in OpenBLAS tiles at fixed
/// positions, and attended by all rows before the next, each row going on from where the last keys left it. So the
/// memory that this takes does not grow with the keys.
struct ExpandedTile {
    /// Rows per call of the attention kernel.
    static let queryTile = 64

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

    /// Memory of the expanded keys of one range and of the rows' unfinished results.
    private struct Buffers {
        let weights: UnsafePointer<Float>
        let latents: UnsafeMutablePointer<Float>
        let keys: UnsafeMutablePointer<Float>
        let values: UnsafeMutablePointer<Float>
        let state: PartialAttention
    }

    private var keyRange: Int { AttentionPlan.keyRange }
    private var keyCount: Int { run.firstPosition + rows.upperBound - run.rows.lowerBound }

    func attend(_ queries: Tensor, into output: Tensor) {
        let buffers = takeBuffers()
        // One page as long as any sequence.
        withUnsafePointer(to: Int32(0)) { table in
            let positions = rows.map { ck_position(row: $0, block_table: table, limit: layout.limits[$0]) }
            positions.withUnsafeBufferPointer { positions in
                guard let positions = positions.baseAddress else { return }
                for range in 0..<(keyCount + keyRange - 1) / keyRange {
                    expand(range, buffers)
                    for first in stride(from: 0, to: rows.count, by: Self.queryTile) {
                        let tile = first..<min(first + Self.queryTile, rows.count)
                        attend(queries, positions, tile: tile, range: range, buffers)
                    }
                }
                processor.merge(
                    buffers.state, heads: 1, positions: positions, count: rows.count,
                    into: output.pointer(row: 0, column: head * shape.value), stride: output.columns)
            }
        }
    }

    private func takeBuffers() -> Buffers {
        let keyFloats = keyRange * shape.query
        let valueFloats = keyRange * shape.value
        let latentFloats = OpenBLAS.tileRows * shape.cached
        let weightFloats = expansion.format == .f32 ? 0 : (shape.nope + shape.value) * shape.rank
        var next = processor.scratch[thread].floats(
            keyFloats + valueFloats + latentFloats + weightFloats + rows.count * (shape.value + 2))
        func take(_ count: Int) -> UnsafeMutablePointer<Float> {
            defer { next += count }
            return next
        }
        return Buffers(
            weights: weights(decodedInto: take(weightFloats)), latents: take(latentFloats), keys: take(keyFloats),
            values: take(valueFloats),
            state: PartialAttention(
                base: take(rows.count * (shape.value + 2)), ranges: 1, rows: rows.count, valueSize: shape.value))
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
    private func expand(_ range: Int, _ buffers: Buffers) {
        let start = range * keyRange
        let table = layout.table(of: run)
        let (latents, keys) = (buffers.latents, buffers.keys)
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
                x: latents, xStride: shape.cached, weights: buffers.weights, weightStride: shape.rank,
                outputs: shape.nope, inputs: shape.rank, y: keys + first * shape.query, yStride: shape.query)
            OpenBLAS.multiplyTile(
                x: latents, xStride: shape.cached, weights: buffers.weights + shape.nope * shape.rank,
                weightStride: shape.rank, outputs: shape.value, inputs: shape.rank,
                y: buffers.values + first * shape.value, yStride: shape.value)
        }
    }

    /// Attends the rows `tile`, counted from the first, to the range that the buffers hold.
    private func attend(
        _ queries: Tensor, _ positions: UnsafePointer<ck_position>, tile: Range<Int>, range: Int, _ buffers: Buffers
    ) {
        let start = range * keyRange
        guard range == 0 || Int(positions[tile.upperBound - 1].limit) > start else { return }
        // Placed so that the range's first key is the buffer's.
        var arguments = ck_attention(
            cache: ck_cache(
                format: .f32, keys: UnsafeRawPointer(buffers.keys) - start * shape.query * 4,
                values: UnsafeRawPointer(buffers.values) - start * shape.value * 4, key_block_stride: 0,
                value_block_stride: 0, key_stride: shape.query * 4, value_stride: shape.value * 4,
                block_tokens: Int(Int32.max)),
            key_size: shape.query, value_size: shape.value, heads: 1, positions: positions + tile.lowerBound,
            count: tile.count, q: queries.pointer(row: 0, column: head * shape.query),
            q_position_stride: queries.columns, q_head_stride: shape.query, scale: shape.scale, key_begin: start,
            key_end: start + keyRange, resumes: range > 0, max: buffers.state.max(0) + tile.lowerBound,
            sum: buffers.state.sum(0) + tile.lowerBound,
            accumulator: buffers.state.accumulator(0) + tile.lowerBound * shape.value,
            scratch: processor.scratch[thread].kernel)
        processor.kernels.attention(&arguments)
    }
}
