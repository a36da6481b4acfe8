import CLinux
@preconcurrency import Dispatch
import Glibc
import Synchronization

/// What an event loop visits at every tick.
protocol EventLoopMember: AnyObject, Sendable {
    func tick(_ now: ContinuousClock.Instant)
}

/// A thread that handles the events and deadlines of many descriptors. Work on it never blocks.
///
/// Unchecked for `scratch`, which is touched only on the thread.
final class EventLoop: @unchecked Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var timers: [(deadline: ContinuousClock.Instant, body: @Sendable () -> Void)] = []
        var members: [ObjectIdentifier: any EventLoopMember] = [:]
        var watched: [UInt64: EpollReadiness] = [:]
        var nextKey: UInt64 = 1
        var nextTick = ContinuousClock.now
        var isAwake = false
    }

    /// The resolution of every deadline.
    static let tickInterval = Duration.milliseconds(200)
    /// Stands for `wake` among the keys of events.
    private static let wakeKey: UInt64 = 0

    private static let shared: [EventLoop] = {
        // Dispatch opens a descriptor at the first sleep that has to wait, and ends the process if none is left then.
        Task { try await Task.sleep(for: .milliseconds(10)) }
        // A loop serves tens of thousands of events per second; the other processors are for computing.
        let count = min(4, max(1, Int(linux_usable_processors()) / 2))
        return (0..<count).map { EventLoop(number: $0) }
    }()
    private static let turn = Atomic(0)

    /// The loops that the process shares, in turn.
    static func next() -> EventLoop {
        let turn = Self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return shared[Int(truncatingIfNeeded: UInt(bitPattern: turn) % UInt(shared.count))]
    }

    /// Where descriptors are read into; on the thread only.
    var scratch = [UInt8](repeating: 0, count: 64 << 10)

    private let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    private let state = Mutex(State())

    private init(number: Int) {
        precondition(poll >= 0 && wake >= 0, "no descriptor is left for an event loop: error \(errno)")
        control(EPOLL_CTL_ADD, wake, EPOLLIN.rawValue, key: Self.wakeKey)
        // A serial queue whose only block never returns is a thread.
        DispatchQueue(label: "apus.sockets.\(number)").async { self.run() }
    }

    // MARK: From any thread

    /// Runs `body` on the thread.
    func async(_ body: @escaping @Sendable () -> Void) {
        add { $0.work.append(body) }
    }

    /// Runs `body` on the thread after a delay.
    func async(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        add { $0.timers.append((.now + delay, body)) }
    }

    /// Keeps `member` alive and ticks it until it is removed.
    func add(_ member: any EventLoopMember) {
        add { state in
            if state.members.isEmpty { state.nextTick = .now + Self.tickInterval }
            state.members[ObjectIdentifier(member)] = member
        }
    }

    func remove(_ member: any EventLoopMember) {
        state.withLock { _ = $0.members.removeValue(forKey: ObjectIdentifier(member)) }
    }

    func watch(
        _ descriptor: Int32, readable: @escaping @Sendable () -> Void, writable: @escaping @Sendable () -> Void
    ) -> any Readiness {
        state.withLock { state in
            let key = state.nextKey
            state.nextKey += 1
            let readiness = EpollReadiness(
                descriptor, key: key, loop: self, readable: readable, writable: writable)
            state.watched[key] = readiness
            return readiness
        }
    }

    /// Drops a readiness, whose events that were fetched already are passed over.
    func forget(_ key: UInt64) {
        state.withLock { _ = $0.watched.removeValue(forKey: key) }
    }

    func control(_ operation: Int32, _ descriptor: Int32, _ mask: UInt32, key: UInt64) {
        var event = epoll_event(events: mask, data: epoll_data_t(u64: key))
        let result = epoll_ctl(poll, operation, descriptor, &event)
        precondition(
            result == 0 || operation == EPOLL_CTL_DEL, "epoll refuses descriptor \(descriptor): error \(errno)")
    }

    private func add(_ change: (inout State) -> Void) {
        let isAsleep = state.withLock { state in
            change(&state)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if isAsleep { eventfd_write(wake, 1) }
    }

    // MARK: On the thread

    private func run() {
        _ = linux_name_thread("apus-sockets")
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while true {
            let count = epoll_wait(poll, &events, Int32(events.count), timeout)
            for event in events.prefix(Int(max(count, 0))) {
                guard event.data.u64 != Self.wakeKey else {
                    var ignored: eventfd_t = 0
                    eventfd_read(wake, &ignored)
                    continue
                }
                state.withLock { $0.watched[event.data.u64] }?.handle(event.events)
            }
            runWork()
            tick()
        }
    }

    /// Milliseconds until something is due, rounded up; -1 for never.
    private var timeout: Int32 {
        state.withLock { state in
            guard state.work.isEmpty else { return 0 }
            state.isAwake = false
            var due = state.timers.map(\.deadline).min()
            if !state.members.isEmpty { due = min(due ?? state.nextTick, state.nextTick) }
            guard let due else { return -1 }
            return Int32(max(((due - .now) / .milliseconds(1)).rounded(.up), 0))
        }
    }

    private func runWork() {
        let work = state.withLock { state in
            var work: [@Sendable () -> Void] = []
            swap(&work, &state.work)
            guard !state.timers.isEmpty else { return work }
            let now = ContinuousClock.now
            work += state.timers.filter { $0.deadline <= now }.map(\.body)
            state.timers.removeAll { $0.deadline <= now }
            return work
        }
        for body in work { body() }
    }

    private func tick() {
        let now = ContinuousClock.now
        let members = state.withLock { state in
            guard !state.members.isEmpty, state.nextTick <= now else { return [] as [any EventLoopMember] }
            state.nextTick = now + Self.tickInterval
            return Array(state.members.values)
        }
        for member in members { member.tick(now) }
    }
}
