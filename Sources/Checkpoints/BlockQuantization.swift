/// fp8 e4m3 weights with one f32 scale per block of a matrix, in `<weight>_scale_inv`: w = e4m3 * scale.
package struct BlockQuantization: Sendable, Hashable {
    /// Outputs per block.
    package let rows: Int
    /// Inputs per block.
    package let columns: Int

    /// The scales' shape of a matrix `[outputs, inputs]`; the last blocks may be cut.
    package func scaleShape(of shape: [Int]) -> [Int] {
        [(shape[0] + rows - 1) / rows, (shape[1] + columns - 1) / columns]
    }
}
