import CKernels

/// One head's attention for prompt rows of one sequence: every 512 keys are expanded once, in OpenBLAS tiles at fixed
/// positions, and attended by all rows before the next, each row going on from where the last keys left it. So the
/// memory that this takes does not grow with the keys.
struct ExpandedTile {
    /// Rows per call of the attention kernel.
    static let queryTile = 64

    let processor: Processor
    let shape: LatentShape
    let head: Int
    let run: BatchLayout.Run
    let rows: Range<Int>
    let layout: BatchLayout
    let memory: PagedMemory
    let layer: Int
    let thread: Int

    /// A head's weights, memory of the expanded keys of one range, and of the rows' unfinished results.
    struct Buffers {
        let weights: LatentExpansion.Head
        let latents: UnsafeMutablePointer<Float>
        let keys: UnsafeMutablePointer<Float>
        let values: UnsafeMutablePointer<Float>
        let state: UnsafeMutablePointer<Float>

        /// Scratch of a thread for tiles of at most `rows` rows: it is theirs until the next call.
        init(
            _ processor: Processor, _ shape: LatentShape, _ expansion: LatentExpansion, head: Int, rows: Int,
            thread: Int
        ) {
            let sizes = [
                expansion.bufferFloats(shape), OpenBLAS.tileRows * shape.cached, AttentionPlan.keyRange * shape.query,
                AttentionPlan.keyRange * shape.value, rows * (shape.value + 2),
            ]
            var next = processor.scratch[thread].floats(sizes.reduce(0, +))
            let places = sizes.map { size in
                defer { next += size }
                return next
            }
            weights = expansion.head(head, shape, with: processor.kernels, into: places[0])
            latents = places[1]
            keys = places[2]
            values = places[3]
            state = places[4]
        }
    }

    private var keyRange: Int { AttentionPlan.keyRange }
    private var keyCount: Int { run.firstPosition + rows.upperBound - run.rows.lowerBound }

    func attend(_ queries: Tensor, _ buffers: Buffers, into output: Tensor) {
        let state = PartialAttention(base: buffers.state, ranges: 1, rows: rows.count, valueSize: shape.value)
        // One page as long as any sequence.
        withUnsafePointer(to: Int32(0)) { table in
            let positions = rows.map { ck_position(row: $0, block_table: table, limit: layout.limits[$0]) }
            positions.withUnsafeBufferPointer { positions in
                guard let positions = positions.baseAddress else { return }
                for range in 0..<(keyCount + keyRange - 1) / keyRange {
                    expand(range, buffers)
                    for first in stride(from: 0, to: rows.count, by: Self.queryTile) {
                        let tile = first..<min(first + Self.queryTile, rows.count)
                        attend(queries, positions, tile: tile, range: range, buffers, state)
                    }
                }
                processor.merge(
                    state, heads: 1, positions: positions, count: rows.count,
                    into: output.pointer(row: 0, column: head * shape.value), stride: output.columns)
            }
        }
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
                x: latents, xStride: shape.cached, weights: buffers.weights.keys,
                isTransposed: buffers.weights.keysAreTransposed, outputs: shape.nope, inputs: shape.rank,
                y: keys + first * shape.query, yStride: shape.query)
            OpenBLAS.multiplyTile(
                x: latents, xStride: shape.cached, weights: buffers.weights.values, isTransposed: false,
                outputs: shape.value, inputs: shape.rank, y: buffers.values + first * shape.value,
                yStride: shape.value)
        }
    }

    /// Attends the rows `tile`, counted from the first, to the range that the buffers hold.
    private func attend(
        _ queries: Tensor, _ positions: UnsafePointer<ck_position>, tile: Range<Int>, range: Int, _ buffers: Buffers,
        _ state: PartialAttention
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
            key_end: start + keyRange, resumes: range > 0, max: state.max(0) + tile.lowerBound,
            sum: state.sum(0) + tile.lowerBound,
            accumulator: state.accumulator(0) + tile.lowerBound * shape.value,
            scratch: processor.scratch[thread].kernel)
        processor.kernels.attention(&arguments)
    }
}
