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
    /// Products of 8-bit integers and their sums, in 10^9 per second.
    package let int8GOPPerSecond: Double

    private static let bytesPerThread = 256 << 20
    private static let repetitions = 4

    /// Takes about two seconds; the best of four runs counts. Throws when the memory to read cannot be had.
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
        let arithmetic = operationsPerSecond(on: pool) { rounds in
            var checksum: Float = 0
            return kernels.arithmetic_loop(rounds, &checksum)
        }
        let integers = operationsPerSecond(on: pool) { rounds in
            var checksum: UInt64 = 0
            return kernels.integer_loop(rounds, &checksum)
        }
        return MachineLimits(
            threads: threads, readGBPerSecond: Double(bytes) / reading / 1e9, f32GOPPerSecond: arithmetic / 1e9,
            bf16GOPPerSecond: arithmetic / 1e9, int8GOPPerSecond: integers / 1e9)
    }

    /// All threads' operations per second in a loop that returns how many it did.
    private static func operationsPerSecond(on pool: WorkerPool, _ loop: (_ rounds: Int) -> Double) -> Double {
        let operations = UnsafeMutablePointer<Double>.allocate(capacity: pool.threadCount)
        defer { operations.deallocate() }
        let time = fastest { pool.run(pool.threadCount) { index in operations[index] = loop(20_000_000) } }
        return (0..<pool.threadCount).reduce(0) { $0 + operations[$1] } / time
    }

    private static func fastest(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        let times = (0..<repetitions).map { _ in clock.measure(body) / .seconds(1) }
        return times.min() ?? 0
    }
}
