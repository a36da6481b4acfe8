/// Where packed weights are kept: in memory, or in a file that later starts map instead of packing again.
package enum PackedWeights {
    case memory
    case file(PackedFile)

    /// The file for a checkpoint in `directory`, or memory for nil.
    ///
    /// - Parameters:
    ///   - key: what the weights follow from; a file of another key is replaced.
    ///   - capacity: bytes that all regions may take together.
    ///
    /// Throws `CheckpointError` when the file can be neither read nor made.
    package static func open(
        directory: String?, name: String, key: String, capacity: Int
    ) throws(CheckpointError) -> PackedWeights {
        guard let directory else { return .memory }
        return .file(try PackedFile(directory: directory, name: name, key: key, capacity: capacity))
    }

    /// Whether every region is filled.
    package var isComplete: Bool {
        if case .file(let file) = self { file.isComplete } else { false }
    }

    /// Memory for `byteCount` bytes of weights under a name of their own.
    package func region(_ name: String, byteCount: Int) throws(CheckpointError) -> PackedRegion {
        switch self {
        case .memory:
            let memory = AlignedMemory(byteCount: byteCount)
            return PackedRegion(base: memory.base, byteCount: byteCount, owner: memory, isFilled: false)
        case .file(let file): return try file.region(name, byteCount: byteCount)
        }
    }

    /// Keeps what was packed for the next start.
    package func finish() throws(CheckpointError) {
        if case .file(let file) = self { try file.finish() }
    }
}

/// Unchecked because only the region's filler writes.
private final class AlignedMemory: @unchecked Sendable {
    let base: UnsafeMutableRawPointer

    init(byteCount: Int) { base = .allocate(byteCount: max(byteCount, 1), alignment: 64) }

    deinit { base.deallocate() }
}
