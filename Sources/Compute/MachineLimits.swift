import CKernels
import CLinux
import Glibc

/// What this machine can do at most, measured: the denominators of every speed figure.
package struct MachineLimits: Sendable, Equatable {
    package let threads: Int
    /// Memory read by all threads together, in 10^9 bytes per second.
    package let readGBPerSecond: Double
    /// f32 multiply-adds counted as two operations, in 10^9 per second.
    package let f32GOPPerSecond: Double
    /// bf16 arithmetic; the f32 peak where the kernels have no bf16 instructions.
    package let bf16GOPPerSecond: Double

    private static let bytesPerThread = 256 << 20
    private static let repetitions = 4

    /// Takes about a second; the best of four runs counts. Throws when the memory to read cannot be had.
    package static func measure(threads: Int) throws(ComputeError) -> MachineLimits {
        let bytes = bytesPerThread * threads
        guard let memory = linux_map_memory(bytes, 1) else {
            throw .outOfMemory(purpose: "measuring the read bandwidth", bytes: bytes)
        }
        defer { munmap(memory, bytes) }
        let kernels = ck_kernels_best().pointee
        let pool = WorkerPool(threadCount: threads)
        pool.run(threads) { index in memset(memory + index * bytesPerThread, 1, bytesPerThread) }
        let reading = fastest {
            pool.run(threads) { index in
                var checksum: UInt64 = 0
                _ = kernels.read_loop(memory + index * bytesPerThread, bytesPerThread, &checksum)
            }
        }
        let rounds = 20_000_000
        let operations = UnsafeMutablePointer<Double>.allocate(capacity: threads)
        defer { operations.deallocate() }
        let calculating = fastest {
            pool.run(threads) { index in
                var checksum: Float = 0
                operations[index] = kernels.arithmetic_loop(rounds, &checksum)
            }
        }
        let total = (0..<threads).reduce(0) { $0 + operations[$1] }
        return MachineLimits(
            threads: threads, readGBPerSecond: Double(bytes) / reading / 1e9,
            f32GOPPerSecond: total / calculating / 1e9, bf16GOPPerSecond: total / calculating / 1e9)
    }

    private static func fastest(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        let times = (0..<repetitions).map { _ in clock.measure(body) / .seconds(1) }
        return times.min() ?? 0
    }
}
