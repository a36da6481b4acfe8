import CKernels

extension Processor {
    /// Computes several products as one list of tasks. They must not write what another of them reads or writes.
    package func project(_ projections: Projection...) { project(projections) }

    package func project(_ projections: [Projection]) {
        var tasks = TaskList()
        quantizedInputs.removeAll()
        let numbers = projections.map { projection in
            number(
                of: projection.input, column: projection.inputColumn, rows: projection.rows,
                for: projection.matrix)
        }
        quantizedInputs.fill(with: self)
        let grids = projections.map { projection in
            let grid = TileGrid(
                rows: projection.rows, outputs: projection.outputs, rowBytes: projection.matrix.rowBytes,
                threads: threadCount)
            tasks.append(grid.count)
            return grid
        }
        workers.run(tasks.count) { task, thread in
            let (part, index) = tasks.locate(task)
            let tile = grids[part][index]
            let projection = projections[part]
            let shift = projection.outputColumn - projection.outputs.lowerBound
            multiply(
                projection.matrix, outputs: tile.outputs,
                of: InputRows(
                    projection.input, row: tile.rows.lowerBound, column: projection.inputColumn,
                    number: numbers[part], in: quantizedInputs),
                rows: tile.rows.count,
                y: projection.output.pointer(row: tile.rows.lowerBound) + shift,
                yStride: projection.output.columns, bias: projection.bias?.base,
                accumulates: projection.accumulates, thread: thread)
        }
    }

    /// `output = silu(input * gate^T (+ gateBias)) * (input * up^T (+ upBias))`.
    package func projectGated(
        gate: Matrix, up: Matrix, gateBias: Tensor? = nil, upBias: Tensor? = nil, of input: Tensor,
        into output: Tensor
    ) {
        precondition(gate.outputs == up.outputs && gate.inputs == up.inputs, "gate and up differ in shape")
        precondition(output.columns == up.outputs && output.rows == input.rows, "an output of another shape")
        quantizedInputs.removeAll()
        let number = number(of: input, rows: 0..<input.rows, for: gate, up)
        quantizedInputs.fill(with: self)
        let grid = TileGrid(
            rows: 0..<input.rows, outputs: 0..<up.outputs, rowBytes: 2 * up.rowBytes, threads: threadCount)
        workers.run(grid.count) { task, thread in
            let tile = grid[task]
            multiplyGated(
                gate, up, gateBias: gateBias, upBias: upBias, outputs: tile.outputs,
                of: InputRows(input, row: tile.rows.lowerBound, number: number, in: quantizedInputs),
                rows: tile.rows.count, y: output.pointer(row: tile.rows.lowerBound), yStride: output.columns,
                thread: thread)
        }
    }

    /// Has rows quantised if one of the matrices has a block format: their number in `quantizedInputs`.
    func number(of input: Tensor, column: Int = 0, rows: Range<Int>, for matrices: Matrix...) -> Int? {
        guard let matrix = matrices.first(where: \.format.isBlocked), !rows.isEmpty else { return nil }
        return quantizedInputs.add(input, column: column, width: matrix.inputs, rows: rows)
    }

    /// One tile of `projectGated`; `y` is the first row's column 0.
    func multiplyGated(
        _ gate: Matrix, _ up: Matrix, gateBias: Tensor? = nil, upBias: Tensor? = nil, outputs: Range<Int>,
        of input: InputRows, rows: Int, y: UnsafeMutablePointer<Float>, yStride: Int, thread: Int
    ) {
        let width = outputs.count
        let gates = scratch[thread].floats(rows * width)
        multiply(
            gate, outputs: outputs, of: input, rows: rows, y: gates - outputs.lowerBound,
            yStride: width, bias: gateBias?.base, thread: thread)
        multiply(
            up, outputs: outputs, of: input, rows: rows, y: y, yStride: yStride, bias: upBias?.base,
            thread: thread)
        for row in 0..<rows {
            let out = y + row * yStride + outputs.lowerBound
            kernels.silu_mul(gates + row * width, out, out, width)
        }
    }

    /// One tile on the calling thread: `y[row][n]` for n in `outputs`, n counted from the matrix's first output.
    func multiply(
        _ matrix: Matrix, outputs: Range<Int>, of input: InputRows, rows: Int,
        y: UnsafeMutablePointer<Float>, yStride: Int, bias: UnsafePointer<Float>? = nil,
        accumulates: Bool = false, thread: Int
    ) {
        precondition(matrix.isPacked == matrix.format.isBlocked, "\(matrix.format) weights that are not packed")
        var arguments = ck_matmul(
            format: matrix.format.kernelFormat, weights: matrix.base, weight_stride: matrix.rowBytes,
            scales: matrix.scales, scale_stride: matrix.scaleStride, x: input.values,
            x_stride: input.stride, quantized: input.quantized, quantized_stride: input.quantizedStride, y: y,
            y_stride: yStride, bias: bias, accumulate: accumulates, m: rows, n_begin: outputs.lowerBound,
            n_end: outputs.upperBound, k: matrix.inputs, cuts: matrix.cuts?.positions,
            segment_count: matrix.cuts == nil ? 1 : CutPoints.segments, scratch: scratch[thread].kernel)
        kernels.matmul(&arguments)
    }
}
