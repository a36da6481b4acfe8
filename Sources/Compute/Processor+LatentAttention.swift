import CKernels

/// The two forms of latent attention. They agree but for rounding; a position's role chooses between them.
extension Processor {
    /// Prompt positions: keys and values of every head are expanded from the cached latents, range by range, and
    /// attended by all of a run's rows before the next range.
    ///
    /// - Parameters:
    ///   - queries: `[rows, heads * (nope + rope)]`, rotated.
    ///   - runs: rows of one role each; only these rows of the output are written.
    ///   - output: `[rows, heads * value]`.
    package func attendExpanded(
        _ queries: Tensor, shape: LatentShape, expansion: LatentExpansion, runs: [BatchLayout.Run], layout: BatchLayout,
        memory: PagedMemory, layer: Int, into output: Tensor
    ) {
        precondition(queries.columns == shape.heads * shape.query, "queries of \(queries.columns) values")
        precondition(output.columns == shape.heads * shape.value, "an output of \(output.columns) values")
        // A head's rows stay together, so that its keys are expanded once; only where that leaves threads idle are they
        // cut.
        let parts = (2 * threadCount + runs.count * shape.heads - 1) / max(runs.count * shape.heads, 1)
        var tasks: [(run: BatchLayout.Run, rows: Range<Int>)] = []
        for run in runs {
            let rows = max((run.rows.count + parts - 1) / parts, ExpandedTile.queryTile)
            for first in stride(from: run.rows.lowerBound, to: run.rows.upperBound, by: rows) {
                tasks.append((run, first..<min(first + rows, run.rows.upperBound)))
            }
        }
        // A head's weights are decoded once for all the tasks that a thread does with it.
        let groups = min((8 * threadCount + shape.heads - 1) / shape.heads, tasks.count)
        workers.run(groups * shape.heads) { index, thread in
            let (head, group) = (index / groups, index % groups)
            let tasks = tasks[tasks.count * group / groups..<tasks.count * (group + 1) / groups]
            let buffers = ExpandedTile.Buffers(
                self, shape, expansion, head: head, rows: tasks.map(\.rows.count).max() ?? 0, thread: thread)
            for task in tasks {
                let tile = ExpandedTile(
                    processor: self, shape: shape, head: head, run: task.run, rows: task.rows, layout: layout,
                    memory: memory, layer: layer, thread: thread)
                tile.attend(queries, buffers, into: output)
            }
        }
    }

    /// Generated positions: queries are taken into the latents' space, so that all heads attend the cached rows as
    /// they are; the weighted latents are expanded afterwards.
    ///
    /// - Parameters:
    ///   - latentQueries, latents: scratch, reshaped to `[rows, heads * (rank + rope)]` and `[rows, heads * rank]`.
    package func attendAbsorbed(
        _ queries: Tensor, shape: LatentShape, absorption: LatentAbsorption, plan: AttentionPlan,
        runs: [BatchLayout.Run], memory: PagedMemory, layer: Int, latentQueries: Tensor, latents: Tensor,
        into output: Tensor
    ) {
        latentQueries.reshape(rows: queries.rows, columns: shape.heads * shape.cached)
        latents.reshape(rows: queries.rows, columns: shape.heads * shape.rank)
        let segments = Self.contiguousRows(runs)
        project(
            segments.flatMap { rows in
                (0..<shape.heads).map { head in
                    Projection(
                        absorption.keys[head], of: queries, column: head * shape.query, into: latentQueries,
                        column: head * shape.cached, rows: rows)
                }
            })
        for segment in segments {
            forRows(segment.count, atLeast: 8) { rows in
                for row in rows {
                    for head in 0..<shape.heads {
                        let row = segment.lowerBound + row
                        latentQueries.pointer(row: row, column: head * shape.cached + shape.rank).update(
                            from: queries.pointer(row: row, column: head * shape.query + shape.nope),
                            count: shape.rope)
                    }
                }
            }
        }
        attend(latentQueries, plan: plan, memory: memory, layer: layer, into: latents)
        project(
            segments.flatMap { rows in
                (0..<shape.heads).map { head in
                    Projection(
                        absorption.values, outputs: absorption.valueRows(of: head, shape: shape), of: latents,
                        column: head * shape.rank, into: output, column: head * shape.value, rows: rows)
                }
            })
    }

    /// The runs' rows, neighbours joined.
    private static func contiguousRows(_ runs: [BatchLayout.Run]) -> [Range<Int>] {
        var segments: [Range<Int>] = []
        for run in runs where !run.rows.isEmpty {
            if let last = segments.last, last.upperBound == run.rows.lowerBound {
                segments[segments.count - 1] = last.lowerBound..<run.rows.upperBound
            } else {
                segments.append(run.rows)
            }
        }
        return segments
    }
}
