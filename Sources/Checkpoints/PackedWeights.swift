/// Where packed weights are: in memory, in a file that is made for later starts, or in the file of an earlier start.
package enum PackedWeights: Sendable {
    case memory(PackedMemory)
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
        guard let directory else { return .memory(PackedMemory()) }
        let path = "\(directory)/\(name).apus-weights"
        if let file = PackedFile(path: path, key: key) { return .found(file) }
        return .made(try PackedFileWriter(path: path, key: key, capacity: capacity))
    }

    /// The place of `byteCount` bytes of weights under a name of their own.
    package func region(_ name: String, byteCount: Int) throws(CheckpointError) -> PackedRegion {
        switch self {
        case .memory(let memory): return try memory.region(byteCount: byteCount)
        case .made(let file): return try file.region(name, byteCount: byteCount)
        case .found(let file): return try file.region(name, byteCount: byteCount)
        }
    }

    /// Keeps what was packed for the next start.
    package func finish() throws(CheckpointError) {
        if case .made(let file) = self { try file.finish() }
    }
}
