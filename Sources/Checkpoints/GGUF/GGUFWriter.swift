import Glibc

/// Writes a GGUF file of version 3, its tensors one after the other.
///
/// The file is written as PATH.partial and takes its name when it is complete, so that nobody reads half of it.
package final class GGUFWriter {
    /// Bytes of the whole file, and those that are written.
    package let total: Int
    package private(set) var written = 0

    private let path: String
    private let descriptor: Int32
    private var isFinished = false
    /// Where each tensor begins and ends.
    private let ranges: [Range<Int>]

    private static let version: UInt32 = 3
    private static let alignment = 32

    /// Throws where something is at the path already, unless it is overwritten, or where the disk is too small.
    package init(
        path: String, overwrites: Bool, metadata: GGUFMetadataEncoder, tensors: [GGUFTensor]
    ) throws(CheckpointError) {
        let header = try Self.header(metadata, tensors, path)
        var ranges: [Range<Int>] = []
        var position = header.count
        for tensor in tensors {
            position = Self.aligned(position)
            ranges.append(position..<position + tensor.byteCount)
            position += tensor.byteCount
        }
        self.path = path
        self.ranges = ranges
        total = Self.aligned(position)
        if !overwrites || FileSystem.kind(path) == .folder, FileSystem.kind(path) != nil {
            throw CheckpointError(
                file: path, problem: FileSystem.kind(path) == .folder ? "is a folder" : "exists already",
                remedy: "Name another file\(FileSystem.kind(path) == .folder ? "." : ", or overwrite it with --force.")"
            )
        }
        if let free = FileSystem.freeBytes(beside: path), free < total {
            throw CheckpointError(
                file: path,
                problem: "takes \(HumanReadable.bytes(total)), but its disk has \(HumanReadable.bytes(free)) free",
                remedy: "Free space, or choose a smaller --type.")
        }
        descriptor = open(Self.partial(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.failure(path, "cannot be created") }
        try append(header.span.bytes)
    }

    deinit {
        guard !isFinished, descriptor >= 0 else { return }
        close(descriptor)
        unlink(Self.partial(path))
    }

    /// Bytes of the tensors, in their order. Between two tensors `advance(to:)` is called.
    package func append(_ bytes: RawSpan) throws(CheckpointError) {
        try bytes.withUnsafeBytes { bytes throws(CheckpointError) in try write(bytes) }
    }

    /// Goes to the beginning of a tensor; the one before it must be complete.
    package func advance(to tensor: Int) throws(CheckpointError) {
        precondition(tensor == 0 || written == ranges[tensor - 1].upperBound, "tensor \(tensor - 1) is incomplete")
        try pad(to: ranges[tensor].lowerBound)
    }

    /// Gives the file its name.
    package func finish() throws(CheckpointError) {
        precondition(ranges.isEmpty || written == ranges[ranges.count - 1].upperBound, "the last tensor is incomplete")
        try pad(to: total)
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(Self.partial(path), path) == 0 else {
            let error = Self.failure(path, "cannot be completed")
            unlink(Self.partial(path))
            isFinished = true
            throw error
        }
        isFinished = true
    }

    // MARK: Parts

    private static func header(
        _ metadata: GGUFMetadataEncoder, _ tensors: [GGUFTensor], _ path: String
    ) throws(CheckpointError) -> [UInt8] {
        var table = GGUFMetadataEncoder()
        table.append(version)
        table.append(UInt64(tensors.count))
        table.append(UInt64(metadata.count))
        let start = Array("GGUF".utf8) + table.bytes + metadata.bytes
        table = GGUFMetadataEncoder()
        var offset = 0
        for tensor in tensors {
            guard let type = GGMLType.number(tensor.type) else {
                preconditionFailure("GGUF has no type \(tensor.type.rawValue)")
            }
            table.append(Array(tensor.name.utf8))
            table.append(UInt32(tensor.shape.count))
            for dimension in tensor.shape.reversed() { table.append(Int64(dimension)) }
            table.append(type)
            table.append(UInt64(offset))
            offset = aligned(offset + tensor.byteCount)
        }
        let header = start + table.bytes
        return header + [UInt8](repeating: 0, count: aligned(header.count) - header.count)
    }

    private static func aligned(_ position: Int) -> Int { (position + alignment - 1) / alignment * alignment }

    private static func partial(_ path: String) -> String { path + ".partial" }

    private func pad(to position: Int) throws(CheckpointError) {
        let zeros = [UInt8](repeating: 0, count: position - written)
        try append(zeros.span.bytes)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Linux writes 2 GB at once at most.
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, "cannot be written") }
            rest = rest.dropFirst(count)
            written += count
        }
    }

    private static func failure(_ path: String, _ problem: String) -> CheckpointError {
        let remedy = errno == ENOSPC ? "Free space on the disk." : "Name a file in a folder that is writable."
        return CheckpointError(file: path, problem: "\(problem): \(String(cString: strerror(errno)))", remedy: remedy)
    }
}
