import CLinux
import Glibc
import Synchronization

/// The threads that compute: the caller and `threadCount - 1` workers, which spin briefly for work and then sleep.
///
/// One caller at a time. Indices are handed out one by one, so which thread computes what varies from run to run: a
/// task's result must depend on its index alone.
package final class WorkerPool: @unchecked Sendable {
    /// Threads that work on a run, the caller included.
    package let threadCount: Int

    /// Number of the run in the high half, indices not yet handed out in the low half. A claim decrements it; the
    /// number keeps a claim read before the run's end from succeeding in the next one.
    private let tickets = Atomic<UInt64>(0)
    private let finished = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private let gate: UnsafeMutablePointer<Gate>
    private var threads: [pthread_t] = []

    /// Written by the caller before it publishes tickets, read by workers only after a successful claim.
    private var body: UnsafePointer<(Int, Int) -> Void>?
    private var taskCount = 0
    private var runNumber: UInt64 = 0

    /// Polls before a worker sleeps: some 50 µs, longer than the gaps between the runs of one forward pass.
    private static let spinLimit = 50_000

    private struct Gate {
        var mutex = pthread_mutex_t()
        var condition = pthread_cond_t()
    }

    /// Starts the workers. `threadCount` counts the caller.
    package init(threadCount: Int) {
        precondition(threadCount >= 1, "a pool needs at least the calling thread")
        self.threadCount = threadCount
        gate = .allocate(capacity: 1)
        gate.initialize(to: Gate())
        pthread_mutex_init(&gate.pointee.mutex, nil)
        pthread_cond_init(&gate.pointee.condition, nil)
        for ordinal in 1..<max(threadCount, 1) {
            let start = Unmanaged.passRetained(WorkerStart(pool: Unmanaged.passUnretained(self), ordinal: ordinal))
            var thread = pthread_t()
            let status = pthread_create(&thread, nil, workerMain, start.toOpaque())
            guard status == 0 else {
                start.release()
                preconditionFailure("the system refuses worker thread \(ordinal): error \(status)")
            }
            threads.append(thread)
        }
    }

    deinit {
        stopping.store(true, ordering: .sequentiallyConsistent)
        wakeSleepers()
        for thread in threads { pthread_join(thread, nil) }
        pthread_cond_destroy(&gate.pointee.condition)
        pthread_mutex_destroy(&gate.pointee.mutex)
        gate.deinitialize(count: 1)
        gate.deallocate()
    }

    /// Calls `body` with every index in `0..<count`, on all threads, and returns when all calls have returned.
    package func run(_ count: Int, _ body: (_ index: Int) -> Void) {
        run(count) { index, _ in body(index) }
    }

    /// As `run(_:_:)`, and tells the task which thread it is on (`0..<threadCount`), for scratch of its own.
    package func run(_ count: Int, _ body: (_ index: Int, _ thread: Int) -> Void) {
        if count <= 1 || threadCount == 1 {
            for index in 0..<max(count, 0) { body(index, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { body in share(count, body) }
        }
    }

    private func share(_ count: Int, _ body: UnsafePointer<(Int, Int) -> Void>) {
        self.body = body
        taskCount = count
        runNumber &+= 1
        finished.store(0, ordering: .relaxed)
        tickets.store(runNumber << 32 | UInt64(count), ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
        work(thread: 0)
        var polls = 0
        while finished.load(ordering: .acquiring) != count {
            polls += 1
            if polls > Self.spinLimit { sched_yield() }
        }
        self.body = nil
    }

    /// Claims and runs indices until none is left.
    private func work(thread: Int) {
        while true {
            let seen = tickets.load(ordering: .acquiring)
            let left = Int(truncatingIfNeeded: seen & 0xffff_ffff)
            if left == 0 { return }
            let (claimed, _) = tickets.weakCompareExchange(
                expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
            if !claimed { continue }
            perform(taskCount - left, thread: thread)
            finished.add(1, ordering: .acquiringAndReleasing)
        }
    }

    /// Out of line, so that no reference to the caller's closure outlives the task's end.
    @inline(never)
    private func perform(_ index: Int, thread: Int) {
        guard let body else { preconditionFailure("a ticket without a run") }
        body.pointee(index, thread)
    }

    private func wakeSleepers() {
        pthread_mutex_lock(&gate.pointee.mutex)
        pthread_cond_broadcast(&gate.pointee.condition)
        pthread_mutex_unlock(&gate.pointee.mutex)
    }

    private var hasWork: Bool { tickets.load(ordering: .sequentiallyConsistent) & 0xffff_ffff != 0 }

    fileprivate func serve(thread: Int) {
        while !stopping.load(ordering: .relaxed) {
            work(thread: thread)
            var polls = 0
            while !hasWork, polls < Self.spinLimit, !stopping.load(ordering: .relaxed) { polls += 1 }
            if !hasWork { sleep() }
        }
    }

    private func sleep() {
        pthread_mutex_lock(&gate.pointee.mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while !hasWork, !stopping.load(ordering: .sequentiallyConsistent) {
            pthread_cond_wait(&gate.pointee.condition, &gate.pointee.mutex)
        }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(&gate.pointee.mutex)
    }
}

/// What a new thread is told. The pool is not retained: its deinit joins the thread.
private final class WorkerStart {
    let pool: Unmanaged<WorkerPool>
    let ordinal: Int

    init(pool: Unmanaged<WorkerPool>, ordinal: Int) {
        self.pool = pool
        self.ordinal = ordinal
    }
}

private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
    _ = linux_name_thread("apus-worker-\(start.ordinal)")
    linux_report_overflow_of_thread()
    start.pool._withUnsafeGuaranteedRef { $0.serve(thread: start.ordinal) }
    return nil
}
