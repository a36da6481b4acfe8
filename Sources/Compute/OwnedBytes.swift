import Glibc

/// Memory on a 64-byte boundary, freed with its last reference.
final class OwnedBytes: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let count: Int

    init(count: Int) {
        self.count = count
        guard let memory = aligned_alloc(64, (count + 127) / 64 * 64) else {
            fatalError("out of memory: \(count) bytes of weights")
        }
        base = memory
    }

    deinit { free(base) }
}
