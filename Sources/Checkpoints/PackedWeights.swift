/// Where packed weights are: in memory, in a file that is made for later starts, or in the file of an earlier start.
package enum PackedWeights: Sendable {
    case memory
    case made(PackedFileWriter)
    case found(PackedFile)

    /// Opens or begins the file in `directory`; memory for nil.
    ///
    /// - Parameters:
    ///   - name: of the file, without its suffix.
    ///   - key: what the weights follow from; a file of another key is replaced.
    ///   - capacity: bytes that all regions may take together.
    ///
    /// Throws when the file can be neither read nor made.
    package static func open(
        directory: String?, name: String, key: String, capacity: Int
    ) throws(CheckpointError) -> PackedWeights {
        guard let directory else { return .memory }
        let path = "\(directory)/\(name).apus-weights"
        if let file = PackedFile(path: path, key: key) { return .found(file) }
        return .made(try PackedFileWriter(path: path, key: key, capacity: capacity))
    }

    /// The place of `byteCount` bytes of weights under a name of their own.
    package func region(_ name: String, byteCount: Int) throws(CheckpointError) -> PackedRegion {
        switch self {
        case .memory:
            let memory = AlignedMemory(byteCount: byteCount)
            return .empty(base: memory.base, owner: memory)
        case .made(let file): return try file.region(name, byteCount: byteCount)
        case .found(let file): return try file.region(name, byteCount: byteCount)
        }
    }

    /// Keeps what was packed for the next start.
    package func finish() throws(CheckpointError) {
        if case .made(let file) = self { try file.finish() }
    }
}

/// Unchecked because only the region's filler writes.
private final class AlignedMemory: @unchecked Sendable {
    let base: UnsafeMutableRawPointer

    init(byteCount: Int) { base = .allocate(byteCount: max(byteCount, 1), alignment: 64) }

    deinit { base.deallocate() }
}
