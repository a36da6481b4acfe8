/// One product `output = input * matrix^T (+ bias)` of a fused list: its rows are the input's rows.
package struct Projection {
    var matrix: Matrix
    /// The matrix's outputs that are computed.
    var outputs: Range<Int>
    var input: Tensor
    var inputColumn: Int
    var output: Tensor
    /// Column of the first computed output.
    var outputColumn: Int
    var bias: Tensor?
    var accumulates: Bool
    var rows: Range<Int>

    /// - Parameters:
    ///   - outputs: the part of the matrix's outputs to compute; all if nil.
    ///   - bias: `[1, matrix.outputs]`.
    ///   - accumulates: adds to what the output holds, as a residual connection does.
    ///   - rows: rows of input and output; all of the input's if nil.
    package init(
        _ matrix: Matrix, outputs: Range<Int>? = nil, of input: Tensor, column inputColumn: Int = 0,
        into output: Tensor, column outputColumn: Int = 0, bias: Tensor? = nil, accumulates: Bool = false,
        rows: Range<Int>? = nil
    ) {
        self.matrix = matrix
        self.outputs = outputs ?? 0..<matrix.outputs
        self.input = input
        self.inputColumn = inputColumn
        self.output = output
        self.outputColumn = outputColumn
        self.bias = bias
        self.accumulates = accumulates
        self.rows = rows ?? 0..<input.rows
        precondition(self.outputs.upperBound <= matrix.outputs, "outputs \(self.outputs) of \(matrix.outputs)")
        precondition(self.rows.upperBound <= min(input.rows, output.rows), "rows \(self.rows) of \(input.rows)")
        precondition(inputColumn + matrix.inputs <= input.columns, "\(matrix.inputs) inputs at \(inputColumn)")
        precondition(outputColumn + self.outputs.count <= output.columns, "\(self.outputs) at \(outputColumn)")
        precondition(bias.map { $0.columns == matrix.outputs } ?? true, "a bias for other outputs")
    }
}
