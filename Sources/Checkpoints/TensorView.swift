/// One tensor of a checkpoint, in place: row-major, little-endian, read-only.
///
/// Unchecked because the bytes never change; the view keeps their owner, usually a mapping, alive.
package struct TensorView: @unchecked Sendable {
    package let name: String
    package let shape: [Int]
    package let type: ElementType
    /// Aligned to the element's width.
    package let base: UnsafeRawPointer
    package let byteCount: Int
    package let owner: AnyObject
    /// Name of the file within the checkpoint.
    package let file: String

    package var elementCount: Int { byteCount / type.byteWidth }
}
