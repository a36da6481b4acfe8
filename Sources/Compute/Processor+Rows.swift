import CKernels

extension Processor {
    /// The table's rows for the tokens, decoded: `output` is reshaped to `[tokens.count, table.inputs]`.
    package func embed(_ tokens: [Int32], table: Matrix, into output: Tensor) {
        output.reshape(rows: tokens.count, columns: table.inputs)
        forRows(tokens.count, atLeast: 16) { rows in
            for row in rows {
                let token = Int(tokens[row])
                precondition(token >= 0 && token < table.outputs, "token \(token) of \(table.outputs)")
                table.load(row: token, with: kernels, into: output.pointer(row: row))
            }
        }
    }

    /// `output = input / sqrt(mean(input^2) + epsilon) * weight` over `columns` of every row (all of them if nil).
    ///
    /// `weight` has one value per column of the range; the output takes them from column `outputColumn` on, and may
    /// be the input.
    package func normalise(
        _ input: Tensor, columns: Range<Int>? = nil, weight: Tensor, epsilon: Float, into output: Tensor,
        column outputColumn: Int = 0
    ) {
        let columns = columns ?? 0..<input.columns
        precondition(weight.columns == columns.count && columns.upperBound <= input.columns, "\(columns)")
        precondition(output.rows == input.rows && outputColumn + columns.count <= output.columns, "output shape")
        forRows(input.rows, atLeast: 4) { rows in
            kernels.rms_norm(
                input.pointer(row: rows.lowerBound, column: columns.lowerBound), input.columns, weight.base,
                epsilon, rows.count, columns.count, output.pointer(row: rows.lowerBound, column: outputColumn),
                output.columns)
        }
    }

    /// The given rows of `input`, in their order; `output` is reshaped.
    package func gather(_ rows: [Int], of input: Tensor, into output: Tensor) {
        output.reshape(rows: rows.count, columns: input.columns)
        for (index, row) in rows.enumerated() {
            precondition(row >= 0 && row < input.rows, "row \(row) of \(input.rows)")
            output.pointer(row: index).update(from: input.pointer(row: row), count: input.columns)
        }
    }

    /// `output += input`.
    package func add(_ input: Tensor, to output: Tensor) {
        precondition(input.rows == output.rows && input.columns == output.columns, "shapes differ")
        forRows(input.rows, atLeast: 16) { rows in
            let sum = output.pointer(row: rows.lowerBound)
            kernels.add(sum, input.pointer(row: rows.lowerBound), sum, rows.count * input.columns)
        }
    }
}
