import CKernels

extension Processor {
    /// The weights in another format, in memory of their own; every row's bytes depend on its values alone.
    ///
    /// The inputs are whole blocks of the format, which is not f8e4m3. Block formats are encoded as llama.cpp does it
    /// without importance matrix; a block with a NaN or an infinity decodes to NaN.
    package func encoded(_ matrix: Matrix, as format: ElementFormat, cuts: CutPoints? = nil) -> Matrix {
        precondition(format != .f8e4m3, "block scales are read, not made")
        let rowBytes = format.byteCount(of: matrix.inputs)
        let memory = OwnedBytes(count: matrix.outputs * rowBytes)
        let rowsPerTask = max(1, (1 << 16) / max(matrix.inputs, 1))
        let tasks = (matrix.outputs + rowsPerTask - 1) / rowsPerTask
        workers.run(tasks) { task, thread in
            let values = scratch[thread].floats(matrix.inputs)
            for row in task * rowsPerTask..<min((task + 1) * rowsPerTask, matrix.outputs) {
                matrix.load(row: row, with: kernels, into: values)
                let place = memory.base + row * rowBytes
                if format.isBlocked {
                    ck_encode(format.kernelFormat, values, place, matrix.inputs)
                } else {
                    kernels.store(format.kernelFormat, values, place, matrix.inputs)
                }
            }
        }
        return Matrix(
            outputs: matrix.outputs, inputs: matrix.inputs, format: format, base: memory.base, owner: memory,
            cuts: cuts)
    }
}
