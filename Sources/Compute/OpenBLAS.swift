import COpenBLAS

/// OpenBLAS's f32 product, called in tiles of one shape alone: its kernels change with the number of rows, and a
/// row's result must not.
enum OpenBLAS {
    /// Rows of every call. Rows beyond those of use are computed from whatever the tile holds and ignored.
    static let tileRows = 64

    /// The library's own threads stay off: the worker pool calls it from every thread.
    static func useOneThread() { _ = onceWithOneThread }
    private static let onceWithOneThread: Void = openblas_set_num_threads(1)

    /// `y[m][n] = sum over k of x[m][k] * w[n][k]` for the `tileRows` rows of one tile; `w` lies dense, row-major
    /// `[outputs, inputs]`, or `[inputs, outputs]` if it is transposed. Strides count floats.
    static func multiplyTile(
        x: UnsafePointer<Float>, xStride: Int, weights: UnsafePointer<Float>, isTransposed: Bool, outputs: Int,
        inputs: Int, y: UnsafeMutablePointer<Float>, yStride: Int
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, isTransposed ? CblasNoTrans : CblasTrans, blasint(tileRows), blasint(outputs),
            blasint(inputs), 1, x,
            blasint(xStride), weights, blasint(isTransposed ? outputs : inputs), 0, y, blasint(yStride))
    }
}
