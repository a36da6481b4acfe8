import Compute
import Glibc
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 5])
    func `every index is run exactly once`(threads: Int) {
        let pool = WorkerPool(threadCount: threads)
        let hits = (0..<1000).map { _ in Counter() }
        for count in [0, 1, 2, 999, 1000] {
            pool.run(count) { index in hits[index].increment() }
        }
        #expect(hits[0].value == 4)
        #expect(hits[1].value == 3)
        #expect(hits[500].value == 2)
        #expect(hits[999].value == 1)
    }

    @Test func `a run returns after the last task`() {
        let pool = WorkerPool(threadCount: 3)
        let done = Counter()
        for _ in 0..<5000 {
            let before = done.value
            pool.run(4) { _ in done.increment() }
            #expect(done.value == before + 4)
        }
    }

    @Test func `workers that sleep are woken`() {
        let pool = WorkerPool(threadCount: 4)
        let done = Counter()
        for _ in 0..<20 {
            usleep(3000)
            pool.run(64) { _ in done.increment() }
        }
        #expect(done.value == 20 * 64)
    }

    @Test func `threads are numbered below the thread count`() {
        let pool = WorkerPool(threadCount: 3)
        let bad = Counter()
        pool.run(10_000) { _, thread in if thread < 0 || thread >= 3 { bad.increment() } }
        #expect(bad.value == 0)
    }

    @Test func `pools come and go`() {
        for _ in 0..<200 {
            let pool = WorkerPool(threadCount: 3)
            let done = Counter()
            pool.run(7) { _ in done.increment() }
            #expect(done.value == 7)
        }
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func increment() { count.add(1, ordering: .acquiringAndReleasing) }
}
