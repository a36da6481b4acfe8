import CLinux
import Glibc
import JSON

/// A file of packed weights: regions one after the other, then an index that names them, then where the index is.
///
/// While it is made it has another name and a lock, so that a start that is cut short leaves nothing that the next one
/// would trust, and two starts do not write into one file.
package final class PackedFile: @unchecked Sendable {
    private static let suffix = ".apus-weights"
    private static let alignment = 64
    /// The last bytes of a file: the index's offset and length, little-endian, and the format's name.
    private static let trailerBytes = 24
    private static let format: UInt64 = 0x3173_7075_7041_0001

    /// Whether the file was there, with the key asked for.
    package let isComplete: Bool

    private let path: String
    private let key: String
    private let base: UnsafeMutableRawPointer
    private let mappedBytes: Int
    private let descriptor: CInt
    private var ranges: [String: Range<Int>] = [:]
    private var end = 0

    init(directory: String, name: String, key: String, capacity: Int) throws(CheckpointError) {
        path = "\(directory)/\(name)\(Self.suffix)"
        self.key = key
        if let existing = Self.existing(path, key: key) {
            (base, mappedBytes, ranges) = existing
            descriptor = -1
            isComplete = true
            return
        }
        let temporary = path + ".partial"
        descriptor = Glibc.open(temporary, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(temporary, "cannot be made") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CheckpointError(
                file: temporary, problem: "is being written by another process",
                remedy: "Wait until that one has started, or give each its own --weight-cache.")
        }
        mappedBytes = max(capacity, 1)
        guard ftruncate(descriptor, 0) == 0, ftruncate(descriptor, mappedBytes) == 0,
            let memory = linux_map_file_for_writing(descriptor, mappedBytes)
        else {
            let error = Self.failure(temporary, "cannot be extended to \(HumanReadable.bytes(capacity))")
            close(descriptor)
            throw error
        }
        base = memory
        isComplete = false
    }

    deinit {
        munmap(base, mappedBytes)
        if descriptor >= 0 { close(descriptor) }
    }

    func region(_ name: String, byteCount: Int) throws(CheckpointError) -> PackedRegion {
        if isComplete {
            guard let range = ranges[name], range.count == byteCount else {
                throw CheckpointError(
                    file: path, tensor: name, problem: "is not there with \(byteCount) bytes",
                    remedy: "Delete the file: it is made again.")
            }
            return PackedRegion(base: base + range.lowerBound, byteCount: byteCount, owner: self, isFilled: true)
        }
        let range = end..<end + byteCount
        precondition(range.upperBound <= mappedBytes, "\(range.upperBound) bytes of \(mappedBytes)")
        // A write beyond what the disk holds would end the process.
        guard posix_fallocate(descriptor, range.lowerBound, max(byteCount, 1)) == 0 else {
            throw Self.failure(path, "cannot take \(HumanReadable.bytes(byteCount)) more")
        }
        ranges[name] = range
        end = (range.upperBound + Self.alignment - 1) / Self.alignment * Self.alignment
        return PackedRegion(base: base + range.lowerBound, byteCount: byteCount, owner: self, isFilled: false)
    }

    func finish() throws(CheckpointError) {
        if isComplete { return }
        var index = JSONObject()
        index["key"] = .string(key)
        index["regions"] = .object(
            ranges.sorted { $0.value.lowerBound < $1.value.lowerBound }.reduce(into: JSONObject()) { object, entry in
                object[entry.key] = [.integer(entry.value.lowerBound), .integer(entry.value.upperBound)]
            })
        var bytes = Array(JSONValue.object(index).serialized().utf8)
        let length = bytes.count
        for number in [UInt64(end), UInt64(length), Self.format] {
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        guard msync(base, end, MS_SYNC) == 0, ftruncate(descriptor, end) == 0,
            bytes.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, end) }) == bytes.count,
            fsync(descriptor) == 0, rename(path + ".partial", path) == 0
        else { throw Self.failure(path, "cannot be written") }
    }

    private static func existing(
        _ path: String, key: String
    ) -> (UnsafeMutableRawPointer, Int, [String: Range<Int>])? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= trailerBytes,
            let memory = linux_map_file(descriptor, status.st_size)
        else { return nil }
        let size = Int(status.st_size)
        guard let ranges = index(UnsafeRawBufferPointer(start: memory, count: size), key: key) else {
            munmap(memory, size)
            return nil
        }
        return (memory, size, ranges)
    }

    /// The regions of a whole file with this key.
    private static func index(_ bytes: UnsafeRawBufferPointer, key: String) -> [String: Range<Int>]? {
        func number(_ index: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[bytes.count - trailerBytes + index * 8 + $1]) << (8 * $1) }
        }
        let limit = bytes.count - trailerBytes
        guard number(2) == format, let begin = Int(exactly: number(0)), let length = Int(exactly: number(1)),
            begin >= 0, length >= 0, begin <= limit, length == limit - begin,
            let index = try? JSONValue(parsing: Array(bytes[begin..<limit])), index["key"]?.stringValue == key,
            let regions = index["regions"]?.objectValue
        else { return nil }
        var ranges: [String: Range<Int>] = [:]
        for (name, value) in regions {
            guard let pair = value.arrayValue, pair.count == 2, let first = pair[0].intValue,
                let last = pair[1].intValue, first >= 0, first % alignment == 0, first <= last, last <= begin
            else { return nil }
            ranges[name] = first..<last
        }
        return ranges
    }

    private static func failure(_ path: String, _ problem: String) -> CheckpointError {
        CheckpointError(
            file: path, problem: "\(problem): \(String(cString: strerror(errno)))",
            remedy: "Check the folder of --weight-cache, its permissions and the free space of its disk.")
    }
}
