import CKernels
import Glibc

/// Owned f32 values `[rows, columns]`, row-major, on a 64-byte boundary: activations, logits, vectors.
///
/// Not synchronised: one writer per element at a time, as the operations arrange it.
package final class Tensor: @unchecked Sendable {
    package private(set) var rows: Int
    package private(set) var columns: Int
    private(set) var base: UnsafeMutablePointer<Float>
    private var capacity: Int

    /// Zeroed values.
    package init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a tensor of \(rows) x \(columns)")
        self.rows = rows
        self.columns = columns
        capacity = max(rows * columns, 1)
        base = Self.allocate(capacity)
    }

    /// One row holding `values`.
    package convenience init(_ values: [Float]) {
        self.init(rows: 1, columns: values.count)
        base.update(from: values, count: values.count)
    }

    /// One row, decoded from f32, f16 or bf16.
    package convenience init(decoding source: UnsafeRawPointer, format: ElementFormat, count: Int) {
        precondition(format != .f8e4m3, "vectors have no block scales")
        self.init(rows: 1, columns: count)
        ck_kernels_best().pointee.load(format.kernelFormat, source, nil, base, count)
    }

    deinit { free(base) }

    /// Takes a new shape and keeps the memory where it suffices. The values are undefined afterwards.
    package func reshape(rows: Int, columns: Int) {
        if rows * columns > capacity {
            free(base)
            capacity = rows * columns
            base = Self.allocate(capacity)
        }
        self.rows = rows
        self.columns = columns
    }

    package func withRow<R>(_ row: Int, _ body: (Span<Float>) -> R) -> R {
        precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
        let values = UnsafeBufferPointer(start: base + row * columns, count: columns)
        return body(values.span)
    }

    package func withMutableRow<R>(_ row: Int, _ body: (inout MutableSpan<Float>) -> R) -> R {
        precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
        let values = UnsafeMutableBufferPointer(start: base + row * columns, count: columns)
        var span = values.mutableSpan
        return body(&span)
    }

    /// A copy of one row.
    package func row(_ row: Int) -> [Float] {
        precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
        return Array(UnsafeBufferPointer(start: base + row * columns, count: columns))
    }

    func pointer(row: Int, column: Int = 0) -> UnsafeMutablePointer<Float> { base + row * columns + column }

    /// 16 values of slack behind the end keep whole-vector reads of a last row inside the allocation.
    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = (count + 16) * MemoryLayout<Float>.stride
        guard let memory = aligned_alloc(64, (bytes + 63) / 64 * 64) else {
            fatalError("out of memory: \(bytes) bytes for activations")
        }
        memset(memory, 0, bytes)
        return memory.bindMemory(to: Float.self, capacity: count + 16)
    }
}
