/// One tensor of a checkpoint, in place: row-major, little-endian, read-only. Its name is Hugging Face's.
///
/// Unchecked because the bytes never change; the view keeps their owner, usually a mapping, alive.
package struct TensorView: @unchecked Sendable {
    package let name: String
    package let shape: [Int]
    package let type: ElementType
    /// Aligned to `type.alignment`.
    package let base: UnsafeRawPointer
    package let byteCount: Int
    package let owner: AnyObject
    /// Name of the file within the checkpoint.
    package let file: String

    package var elementCount: Int { byteCount / type.blockBytes * type.blockLength }
}

extension TensorView {
    /// Reads the bytes into memory; throws when the disk fails.
    package func populate() throws(CheckpointError) {
        guard let (file, range) = mapping else { return }
        try file.populate(range)
    }

    /// Gives the memory of the bytes back until they are used again.
    package func release() {
        guard let (file, range) = mapping else { return }
        file.release(range)
    }

    /// Nil for a copy.
    private var mapping: (file: MappedFile, range: Range<Int>)? {
        guard let file = owner as? MappedFile else { return nil }
        let start = base - file.base
        return (file, start..<start + byteCount)
    }

    /// A view of bytes of a file, which are copied where they do not lie as the elements' type asks.
    init(name: String, shape: [Int], type: ElementType, range: Range<Int>, file: MappedFile) {
        let place = file.base + range.lowerBound
        // Writers that do not pad the header leave wide elements at odd addresses.
        if Int(bitPattern: place) % type.alignment == 0 {
            self.init(
                name: name, shape: shape, type: type, base: place, byteCount: range.count, owner: file,
                file: file.name)
        } else {
            let copy = AlignedCopy(place, byteCount: range.count)
            self.init(
                name: name, shape: shape, type: type, base: copy.base, byteCount: range.count, owner: copy,
                file: file.name)
        }
    }
}
