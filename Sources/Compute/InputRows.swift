/// Rows of a product's input, from a first one on: as they are, and quantised if a block format multiplies them.
struct InputRows {
    let values: UnsafePointer<Float>
    let stride: Int
    let quantized: UnsafeRawPointer?
    let quantizedStride: Int

    /// - Parameter number: the rows' number in `inputs`; nil if no block format multiplies them.
    init(_ tensor: Tensor, row: Int, column: Int = 0, number: Int?, in inputs: QuantizedInputs) {
        values = UnsafePointer(tensor.pointer(row: row, column: column))
        stride = tensor.columns
        let row = number.map { inputs.row(row, of: $0) }
        quantized = row?.pointer
        quantizedStride = row?.stride ?? 0
    }
}
