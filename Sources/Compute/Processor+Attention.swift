import CKernels

extension Processor {
    /// Attention of the plan's rows over a layer's paged keys and values.
    ///
    /// - Parameters:
    ///   - queries: `[rows, heads * keySize]`, heads of a KV head side by side.
    ///   - output: `[rows, heads * valueSize]`; only the plan's rows are written.
    package func attend(
        _ queries: Tensor, plan: AttentionPlan, memory: PagedMemory, layer: Int, into output: Tensor
    ) {
        let shape = plan.shape
        precondition(queries.columns == shape.heads * shape.keySize, "queries of \(queries.columns) values")
        precondition(output.columns == shape.heads * shape.valueSize, "an output of \(output.columns) values")
        guard !plan.pieces.isEmpty else {
            workers.run(plan.tiles.count) { index, thread in
                let tile = plan.tiles[index]
                let partial = partial(
                    of: tile, plan, at: scratch[thread].floats(plan.partialFloatCount(tile)))
                for range in 0..<tile.ranges {
                    attend(
                        queries, tile, range, plan, memory: memory, layer: layer, into: partial, thread: thread)
                }
                merge(partial, tile, plan, into: output)
            }
            return
        }
        partials.reshape(rows: 1, columns: plan.partialFloats)
        workers.run(plan.pieces.count) { index, thread in
            let piece = plan.pieces[index]
            let tile = plan.tiles[piece.tile]
            let partial = partial(of: tile, plan, at: partials.base + tile.partialOffset)
            attend(
                queries, tile, piece.range, plan, memory: memory, layer: layer, into: partial, thread: thread)
        }
        workers.run(plan.tiles.count) { index in
            let tile = plan.tiles[index]
            merge(partial(of: tile, plan, at: partials.base + tile.partialOffset), tile, plan, into: output)
        }
    }

    private func partial(
        of tile: AttentionPlan.Tile, _ plan: AttentionPlan, at base: UnsafeMutablePointer<Float>
    ) -> PartialAttention {
        PartialAttention(base: base, ranges: tile.ranges, rows: tile.queryRows, valueSize: plan.shape.valueSize)
    }

    private func attend(
        _ queries: Tensor, _ tile: AttentionPlan.Tile, _ range: Int, _ plan: AttentionPlan,
        memory: PagedMemory, layer: Int, into partial: PartialAttention, thread: Int
    ) {
        let shape = plan.shape
        let head = tile.keyValueHead * shape.groupSize + tile.heads.lowerBound
        withPositions(of: tile, plan) { positions in
            var arguments = ck_attention(
                cache: cache(of: memory, layer: layer, head: tile.keyValueHead), key_size: shape.keySize,
                value_size: shape.valueSize, heads: tile.heads.count, positions: positions,
                count: tile.positions.count, q: queries.pointer(row: 0, column: head * shape.keySize),
                q_position_stride: queries.columns, q_head_stride: shape.keySize, scale: shape.scale,
                key_begin: range * AttentionPlan.keyRange, key_end: (range + 1) * AttentionPlan.keyRange,
                resumes: false, max: partial.max(range), sum: partial.sum(range),
                accumulator: partial.accumulator(range), scratch: scratch[thread].kernel)
            kernels.attention(&arguments)
        }
    }

    private func merge(
        _ partial: PartialAttention, _ tile: AttentionPlan.Tile, _ plan: AttentionPlan, into output: Tensor
    ) {
        let head = tile.keyValueHead * plan.shape.groupSize + tile.heads.lowerBound
        withPositions(of: tile, plan) { positions in
            merge(
                partial, heads: tile.heads.count, positions: positions, count: tile.positions.count,
                into: output.pointer(row: 0, column: head * plan.shape.valueSize), stride: output.columns)
        }
    }

    private func withPositions(
        of tile: AttentionPlan.Tile, _ plan: AttentionPlan, _ body: (UnsafePointer<ck_position>) -> Void
    ) {
        plan.positions.withUnsafeBufferPointer { positions in
            if let base = positions.baseAddress { body(base + tile.positions.lowerBound) }
        }
    }

    /// Merges all ranges of one tile; `stride` floats lie between the output's rows, its heads are side by side.
    func merge(
        _ partial: PartialAttention, heads: Int, positions: UnsafePointer<ck_position>, count: Int,
        into out: UnsafeMutablePointer<Float>, stride: Int
    ) {
        var arguments = ck_merge(
            partials: partial.ranges, heads: heads, value_size: partial.valueSize, positions: positions,
            count: count, max: partial.max(0), sum: partial.sum(0), accumulator: partial.accumulator(0), out: out,
            out_position_stride: stride, out_head_stride: partial.valueSize)
        kernels.merge(&arguments)
    }

    private func cache(of memory: PagedMemory, layer: Int, head: Int) -> ck_cache {
        ck_cache(
            format: memory.layout.format.kernelFormat, keys: memory.base + memory.keyOffset(layer: layer, head: head),
            values: memory.base + memory.valueOffset(layer: layer, head: head),
            key_block_stride: memory.blockBytes, value_block_stride: memory.blockBytes,
            key_stride: memory.keyBytes,
            value_stride: memory.layout.valueSize == 0 ? memory.keyBytes : memory.valueBytes,
            block_tokens: memory.blockSize)
    }
}
