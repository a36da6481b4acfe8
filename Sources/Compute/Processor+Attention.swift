import CKernels

extension Processor {
    /// Attention of the plan's rows over a layer's paged keys and values.
    ///
    /// - Parameters:
    ///   - queries: `[rows, heads * keySize]`, heads of a KV head side by side.
    ///   - output: `[rows, heads * valueSize]`; only the plan's rows are written.
    package func attend(
        _ queries: Tensor, plan: AttentionPlan, layout: BatchLayout, memory: PagedMemory, layer: Int,
        into output: Tensor
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
                        queries, tile, range, plan, layout, memory: memory, layer: layer, into: partial,
                        thread: thread)
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
                queries, tile, piece.range, plan, layout, memory: memory, layer: layer, into: partial,
                thread: thread)
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
        _ queries: Tensor, _ tile: AttentionPlan.Tile, _ range: Int, _ plan: AttentionPlan, _ layout: BatchLayout,
        memory: PagedMemory, layer: Int, into partial: PartialAttention, thread: Int
    ) {
        let shape = plan.shape
        let head = tile.keyValueHead * shape.groupSize + tile.heads.lowerBound
        var arguments = ck_attention(
            cache: cache(of: memory, layer: layer, head: tile.keyValueHead, table: layout.table(of: tile.run)),
            key_size: shape.keySize, value_size: shape.valueSize, heads: tile.heads.count,
            positions: tile.rows.count,
            q: queries.pointer(row: tile.rows.lowerBound, column: head * shape.keySize),
            q_position_stride: queries.columns, q_head_stride: shape.keySize,
            limits: layout.limits + tile.rows.lowerBound, scale: shape.scale,
            key_begin: range * AttentionPlan.keyRange, key_end: (range + 1) * AttentionPlan.keyRange,
            max: partial.max(range), sum: partial.sum(range), accumulator: partial.accumulator(range),
            scratch: scratch[thread].kernel)
        kernels.attention(&arguments)
    }

    private func merge(
        _ partial: PartialAttention, _ tile: AttentionPlan.Tile, _ plan: AttentionPlan, into output: Tensor
    ) {
        let head = tile.keyValueHead * plan.shape.groupSize + tile.heads.lowerBound
        merge(
            partial, heads: tile.heads.count, positions: tile.rows.count,
            into: output.pointer(row: tile.rows.lowerBound, column: head * plan.shape.valueSize),
            stride: output.columns)
    }

    /// Merges all ranges of one tile; `stride` floats lie between the output's positions, its heads are side by side.
    func merge(
        _ partial: PartialAttention, heads: Int, positions: Int, into out: UnsafeMutablePointer<Float>, stride: Int
    ) {
        var arguments = ck_merge(
            partials: partial.ranges, heads: heads, positions: positions, value_size: partial.valueSize,
            max: partial.max(0), sum: partial.sum(0), accumulator: partial.accumulator(0), out: out,
            out_position_stride: stride, out_head_stride: partial.valueSize)
        kernels.merge(&arguments)
    }

    private func cache(
        of memory: PagedMemory, layer: Int, head: Int, table: UnsafePointer<Int32>
    ) -> ck_cache {
        ck_cache(
            format: memory.layout.format.kernelFormat, keys: memory.base + memory.keyOffset(layer: layer, head: head),
            values: memory.base + memory.valueOffset(layer: layer, head: head),
            key_block_stride: memory.blockBytes, value_block_stride: memory.blockBytes,
            key_stride: memory.keyBytes,
            value_stride: memory.layout.valueSize == 0 ? memory.keyBytes : memory.valueBytes, block_table: table,
            block_tokens: memory.blockSize)
    }
}
