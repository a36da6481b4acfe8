import CLinux
import Glibc
import JSON

/// Makes a `PackedFile`: under another name and a lock until it is whole, so that a start that is cut short leaves
/// nothing that the next one would trust, and two starts do not write into one file.
///
/// Unchecked because each region is written once, by whoever asked for it.
package final class PackedFileWriter: @unchecked Sendable {
    private let path: String
    private let key: String
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private let descriptor: CInt
    private var ranges: [(name: String, range: Range<Int>)] = []
    private var end = 0

    init(path: String, key: String, capacity: Int) throws(CheckpointError) {
        self.path = path
        self.key = key
        self.capacity = max(capacity, 1)
        descriptor = open(path + ".partial", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "cannot be made") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CheckpointError(
                file: path, problem: "is being written by another process",
                remedy: "Wait until that one has started, or give each its own --weight-cache.")
        }
        guard ftruncate(descriptor, 0) == 0, ftruncate(descriptor, self.capacity) == 0,
            let memory = linux_map_file_for_writing(descriptor, self.capacity)
        else {
            let error = Self.failure(path, "cannot be extended")
            close(descriptor)
            throw error
        }
        base = memory
    }

    deinit {
        munmap(base, capacity)
        close(descriptor)
    }

    func region(_ name: String, byteCount: Int) throws(CheckpointError) -> PackedRegion {
        let range = end..<end + byteCount
        precondition(range.upperBound <= capacity, "\(range.upperBound) bytes of \(capacity)")
        // Memory of a file that the disk cannot hold would end the process when it is written.
        let reason = posix_fallocate(descriptor, range.lowerBound, max(byteCount, 1))
        guard reason == 0 else {
            errno = reason
            throw Self.failure(path, "cannot take \(HumanReadable.bytes(byteCount)) more")
        }
        ranges.append((name, range))
        end = (range.upperBound + PackedFile.alignment - 1) / PackedFile.alignment * PackedFile.alignment
        return .empty(base: base + range.lowerBound, owner: self)
    }

    func finish() throws(CheckpointError) {
        var regions = JSONObject()
        for (name, range) in ranges { regions[name] = [.integer(range.lowerBound), .integer(range.upperBound)] }
        let index: JSONValue = ["key": .string(key), "regions": .object(regions)]
        var bytes = Array(index.serialized().utf8)
        for number in [UInt64(end), UInt64(bytes.count), PackedFile.format] {
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let isWritten =
            ftruncate(descriptor, end) == 0
            && bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, end) } == bytes.count
        guard isWritten, fsync(descriptor) == 0, rename(path + ".partial", path) == 0 else {
            throw Self.failure(path, "cannot be written")
        }
    }

    private static func failure(_ path: String, _ problem: String) -> CheckpointError {
        CheckpointError(
            file: path, problem: "\(problem): \(String(cString: strerror(errno)))",
            remedy: "Check the folder of --weight-cache, its permissions and the free space of its disk.")
    }
}
