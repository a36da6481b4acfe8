import CKernels
import Glibc

/// Working memory of one thread: what a kernel may overwrite, and an arena that grows to the largest need.
final class ThreadScratch: @unchecked Sendable {
    /// CK_SCRATCH_BYTES, on a 64-byte boundary.
    let kernel: UnsafeMutableRawPointer
    private var arena: UnsafeMutablePointer<Float>
    private var capacity: Int

    init() {
        kernel = Self.allocate(bytes: Int(CK_SCRATCH_BYTES))
        capacity = 1 << 14
        arena = Self.allocate(bytes: capacity * 4).bindMemory(to: Float.self, capacity: capacity)
    }

    deinit {
        free(kernel)
        free(arena)
    }

    /// `count` floats on a 64-byte boundary, undefined, valid until the next call.
    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        if count > capacity {
            free(arena)
            capacity = count + count / 4
            arena = Self.allocate(bytes: capacity * 4).bindMemory(to: Float.self, capacity: capacity)
        }
        return arena
    }

    private static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard let memory = aligned_alloc(64, (bytes + 127) / 64 * 64) else {
            fatalError("out of memory: \(bytes) bytes of scratch")
        }
        return memory
    }
}
