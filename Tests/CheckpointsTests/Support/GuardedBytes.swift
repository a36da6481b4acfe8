import Glibc

/// Bytes that end where unreadable memory begins: reading one too many is a crash.
final class GuardedBytes {
    private let pages: UnsafeMutableRawPointer
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = (capacity + 4095) / 4096 * 4096
        guard let pages = mmap(nil, self.capacity + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            pages != MAP_FAILED, mprotect(pages + self.capacity, 4096, PROT_NONE) == 0
        else { fatalError("no guarded memory: \(errno)") }
        self.pages = pages
    }

    deinit { munmap(pages, capacity + 4096) }

    /// Places the bytes right before the guard.
    func hold(_ bytes: some Collection<UInt8>) -> UnsafeRawBufferPointer {
        let place = UnsafeMutableRawBufferPointer(start: pages + (capacity - bytes.count), count: bytes.count)
        place.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(place)
    }
}
