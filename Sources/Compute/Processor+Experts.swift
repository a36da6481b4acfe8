import CKernels

extension Processor {
    /// Chooses the experts of every row.
    ///
    /// - Parameter logits: the router's products `[rows, expertCount]`; sigmoids afterwards.
    package func route(_ logits: Tensor, by router: ExpertRouter, into routing: ExpertRouting) {
        precondition(logits.columns == router.expertCount, "\(logits.columns) logits")
        routing.fill(rows: logits.rows, activeCount: router.activeCount) { experts, weights in
            forRows(logits.rows, atLeast: 16) { rows in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: router.expertCount) { corrected in
                    guard let corrected = corrected.baseAddress else { return }
                    for row in rows {
                        let scores = logits.pointer(row: row)
                        kernels.sigmoid(scores, scores, router.expertCount)
                        router.choose(
                            scores: scores, corrected: corrected, experts: experts + row * router.activeCount,
                            weights: weights + row * router.activeCount)
                    }
                }
            }
        }
        routing.sort(expertCount: router.expertCount)
    }

    /// `output += sum over the chosen experts of weight * expert(input) + shared(input)`, added per row in one order:
    /// the shared network, then the experts from the best on.
    package func mixExperts(
        _ input: Tensor, routing: ExpertRouting, experts: [FeedForward], shared: FeedForward?, into output: Tensor
    ) {
        precondition(routing.rowCount == input.rows && output.rows == input.rows, "rows of another step")
        guard let width = experts.first?.width else { return }
        let places = routing.rowCount * routing.activeCount
        routing.gathered.reshape(rows: places, columns: input.columns)
        routing.hidden.reshape(rows: places, columns: width)
        routing.results.reshape(rows: places, columns: output.columns)
        forRows(places, atLeast: 32) { range in
            for place in range {
                routing.gathered.pointer(row: place).update(
                    from: input.pointer(row: routing.rowAtPlace[place]), count: input.columns)
            }
        }
        var parts = routing.shares.map { share in
            Part(
                network: experts[share.expert], rows: share.places, input: routing.gathered,
                hidden: routing.hidden, output: routing.results)
        }
        if let shared {
            routing.sharedHidden.reshape(rows: input.rows, columns: shared.width)
            routing.sharedResults.reshape(rows: input.rows, columns: output.columns)
            parts.append(
                Part(
                    network: shared, rows: 0..<input.rows, input: input, hidden: routing.sharedHidden,
                    output: routing.sharedResults))
        }
        runGated(parts)
        project(parts.map { Projection($0.network.down, of: $0.hidden, into: $0.output, rows: $0.rows) })
        combine(routing, shared: shared != nil, into: output)
    }

    /// A network and the rows that it computes.
    private struct Part {
        let network: FeedForward
        let rows: Range<Int>
        let input: Tensor
        let hidden: Tensor
        let output: Tensor
    }

    private func runGated(_ parts: [Part]) {
        var tasks = TaskList()
        quantizedInputs.removeAll()
        let numbers = parts.map { number(of: $0.input, rows: $0.rows, for: $0.network.gate, $0.network.up) }
        quantizedInputs.fill(with: self)
        let grids = parts.map { part in
            let grid = TileGrid(
                rows: part.rows, outputs: 0..<part.network.width, rowBytes: 2 * part.network.up.rowBytes,
                threads: threadCount)
            tasks.append(grid.count)
            return grid
        }
        workers.run(tasks.count) { task, thread in
            let (index, number) = tasks.locate(task)
            let tile = grids[index][number]
            let part = parts[index]
            multiplyGated(
                part.network.gate, part.network.up, outputs: tile.outputs,
                of: InputRows(part.input, row: tile.rows.lowerBound, number: numbers[index], in: quantizedInputs),
                rows: tile.rows.count, y: part.hidden.pointer(row: tile.rows.lowerBound),
                yStride: part.hidden.columns, thread: thread)
        }
    }

    private func combine(_ routing: ExpertRouting, shared: Bool, into output: Tensor) {
        let columns = output.columns
        forRows(output.rows, atLeast: 4) { rows in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { buffer in
                guard let sum = buffer.baseAddress else { return }
                for row in rows {
                    if shared {
                        sum.update(from: routing.sharedResults.pointer(row: row), count: columns)
                    } else {
                        sum.update(repeating: 0, count: columns)
                    }
                    for index in row * routing.activeCount..<(row + 1) * routing.activeCount {
                        kernels.scaled_add(
                            routing.weights[index], routing.results.pointer(row: routing.places[index]), sum, columns)
                    }
                    let out = output.pointer(row: row)
                    kernels.add(out, sum, out, columns)
                }
            }
        }
    }
}
