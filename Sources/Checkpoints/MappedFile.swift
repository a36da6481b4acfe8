import CLinux
import Glibc

/// A file mapped read-only, or a file of the built-in model, which lies in the binary. Unmapped when released.
///
/// Unchecked because the memory is immutable; another program that truncates the file breaks the mapping (SIGBUS).
package final class MappedFile: @unchecked Sendable {
    /// Name for messages.
    package let name: String
    package let base: UnsafeRawPointer
    package let byteCount: Int
    /// When the file was last changed, in nanoseconds since 1970; 0 for the built-in model's.
    let modified: Int
    private let isMapping: Bool

    /// Throws when the file cannot be opened, is none or is empty.
    init(path: String, name: String) throws(CheckpointError) {
        func failure(_ action: String) -> CheckpointError {
            CheckpointError(
                file: name, problem: "\(action): \(String(cString: strerror(errno)))",
                remedy: "Check the file and its permissions: \(path)")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            throw CheckpointError(
                file: name, problem: status.st_mode & S_IFMT == S_IFREG ? "is empty" : "is no regular file",
                remedy: CheckpointError.downloadAgain)
        }
        guard let base = linux_map_file(descriptor, status.st_size) else { throw failure("cannot be mapped") }
        self.name = name
        self.base = UnsafeRawPointer(base)
        byteCount = status.st_size
        modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        isMapping = true
        linux_note_mapping(base, byteCount, path)
    }

    /// Memory that outlives the process's use of it.
    init(permanent base: UnsafeRawPointer, byteCount: Int, name: String) {
        self.name = name
        self.base = base
        self.byteCount = byteCount
        modified = 0
        isMapping = false
    }

    deinit {
        guard isMapping else { return }
        linux_forget_mapping(base)
        munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    }

    func withBytes<Result>(_ body: (Span<UInt8>) throws(CheckpointError) -> Result) throws(CheckpointError) -> Result {
        let bytes = UnsafeBufferPointer(start: base.assumingMemoryBound(to: UInt8.self), count: byteCount)
        return try body(bytes.span)
    }

    /// Tells the kernel to read ahead far and to forget early: for weights that do not fit into memory.
    func adviseSequential() {
        _ = linux_advise_sequential(base, byteCount)
    }

    /// Starts reading a range without waiting.
    func adviseWillNeed(_ range: Range<Int>) {
        _ = linux_advise_will_need(base + range.lowerBound, range.count)
    }

    /// Reads a range into memory and maps it, so that the first pass over it faults on no page.
    func populate(_ range: Range<Int>) throws(CheckpointError) {
        if linux_populate_read(base + range.lowerBound, range.count) == 0 { return }
        guard errno == EINVAL else {
            throw CheckpointError(
                file: name, problem: "cannot be read at byte \(range.lowerBound): \(String(cString: strerror(errno)))",
                remedy: "Check the disk, or download the file again.")
        }
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: 4096) { touch(offset) }
    }

    /// Gives the memory of a range back; it is read from the file again when it is used again.
    func release(_ range: Range<Int>) {
        if isMapping { _ = linux_advise_dont_need(base + range.lowerBound, range.count) }
    }

    @inline(never)
    private func touch(_ offset: Int) {
        withExtendedLifetime((base + offset).load(as: UInt8.self)) {}
    }
}
