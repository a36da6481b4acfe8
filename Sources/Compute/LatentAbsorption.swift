/// What absorbed latent attention multiplies by: kv_b_proj's key rows, transposed for each head, and its value rows.
package struct LatentAbsorption: Sendable {
    /// For each head `[rank, nope]`.
    let keys: [Matrix]
    /// `[rows, rank]`; a head's value rows are some of them.
    let values: Matrix
    private let firstRow: Int
    private let rowStride: Int

    /// - Parameter values: v_b_proj, `[heads * value, rank]`.
    package init(keys: [Matrix], values: Matrix, shape: LatentShape) {
        precondition(keys.count == shape.heads, "keys of \(keys.count) heads")
        precondition(values.outputs == shape.heads * shape.value, "\(values.outputs) value rows")
        self.keys = keys
        self.values = values
        firstRow = 0
        rowStride = shape.value
    }

    /// - Parameter expansion: kv_b_proj, `[heads * (nope + value), rank]`, per head the keys' rows before the values'.
    package init(keys: [Matrix], expansion: Matrix, shape: LatentShape) {
        precondition(keys.count == shape.heads, "keys of \(keys.count) heads")
        precondition(expansion.outputs == shape.heads * (shape.nope + shape.value), "\(expansion.outputs) rows")
        self.keys = keys
        values = expansion
        firstRow = shape.nope
        rowStride = shape.nope + shape.value
    }

    /// The value rows of a head.
    func valueRows(of head: Int, shape: LatentShape) -> Range<Int> {
        let first = head * rowStride + firstRow
        return first..<first + shape.value
    }
}
