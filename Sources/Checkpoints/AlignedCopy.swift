/// Owned bytes of a tensor whose place in its file is not aligned to its elements.
///
/// Unchecked because the bytes do not change after the initialiser.
final class AlignedCopy: @unchecked Sendable {
    let base: UnsafeRawPointer

    init(_ source: UnsafeRawPointer, byteCount: Int) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
        copy.copyMemory(from: source, byteCount: byteCount)
        base = UnsafeRawPointer(copy)
    }

    deinit { base.deallocate() }
}
