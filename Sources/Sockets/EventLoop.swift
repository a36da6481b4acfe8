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
/// It waits in epoll_wait(2) itself, so that news of many descriptors costs one wake-up and two system calls, and news
/// of one costs no hop to another thread. Unchecked for `scratch`, which only the loop's thread touches.
final class EventLoop: @unchecked Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The resolution of every deadline.
    static let tickInterval = Duration.milliseconds(200)

    private struct Delayed {
        var time: Instant
        var body: @Sendable () -> Void
    }

    private struct State {
        var members: [ObjectIdentifier: any EventLoopMember] = [:]
        var watched: [UInt64: Readiness] = [:]
        var lastID: UInt64 = 0
        var work: [@Sendable () -> Void] = []
        /// The next one last.
        var delayed: [Delayed] = []
        var nextTick = Instant.now
        var isAsleep = false
    }

    /// What is to be done before the loop sleeps.
    private struct Turn {
        var work: [@Sendable () -> Void] = []
        var members: [any EventLoopMember] = []
        /// Milliseconds that the loop may sleep afterwards; -1: until something happens.
        var timeout: Int32 = 0
    }

    private static let shared: [EventLoop] = {
        let count = min(4, Int(linux_usable_processors()))
        return (0..<count).map { EventLoop(number: $0) }
    }()
    private static let turn = Atomic(0)
    private static let eventsAtOnce = 128

    /// The loops that the process shares, in turn.
    static func next() -> EventLoop {
        let turn = Self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return shared[Int(truncatingIfNeeded: UInt(bitPattern: turn) % UInt(shared.count))]
    }

    /// Where descriptors are read into; on the loop's thread only.
    var scratch = [UInt8](repeating: 0, count: 64 << 10)

    private let set: Int32
    /// An eventfd(2) in the set, under the id 0.
    private let alarm: Int32
    private let state = Mutex(State())

    /// Loops live as long as the process.
    private init(number: Int) {
        set = epoll_create1(Int32(EPOLL_CLOEXEC))
        alarm = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(set >= 0 && alarm >= 0, "the system refuses an event loop: error \(errno)")
        control(EPOLL_CTL_ADD, alarm, EPOLLIN.rawValue, 0)
        // A serial queue whose only block never returns is a thread.
        DispatchQueue(label: "apus.sockets.\(number)").async {
            _ = linux_name_thread("apus-sockets-\(number)")
            self.run()
        }
    }

    // MARK: From any thread

    /// Keeps `member` alive and ticks it until it is removed.
    func add(_ member: any EventLoopMember) {
        change { state in
            if state.members.isEmpty { state.nextTick = .now + Self.tickInterval }
            state.members[ObjectIdentifier(member)] = member
            return state.members.count == 1
        }
    }

    func remove(_ member: any EventLoopMember) {
        state.withLock { _ = $0.members.removeValue(forKey: ObjectIdentifier(member)) }
    }

    /// Runs `body` on the loop's thread, behind what it is doing.
    func async(_ body: @escaping @Sendable () -> Void) {
        change { state in
            state.work.append(body)
            return true
        }
    }

    /// Runs `body` on the loop's thread after a delay.
    func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        let time = Instant.now + delay
        change { state in
            let place = state.delayed.firstIndex { $0.time <= time } ?? state.delayed.count
            state.delayed.insert(Delayed(time: time, body: body), at: place)
            return place == state.delayed.count - 1
        }
    }

    func watch(
        _ descriptor: Int32, readable: @escaping @Sendable () -> Void, writable: @escaping @Sendable () -> Void
    ) -> Readiness {
        state.withLock { state in
            state.lastID += 1
            let readiness = Readiness(
                id: state.lastID, descriptor, loop: self, readable: readable, writable: writable)
            state.watched[readiness.id] = readiness
            return readiness
        }
    }

    func forget(_ readiness: Readiness) {
        state.withLock { _ = $0.watched.removeValue(forKey: readiness.id) }
    }

    /// epoll_ctl(2) on the loop's set.
    func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ id: UInt64) {
        var event = epoll_event(events: events, data: epoll_data(u64: id))
        _ = epoll_ctl(set, operation, descriptor, &event)
    }

    /// Wakes the loop if it sleeps and `body` says that it would sleep too long.
    private func change(_ body: (inout State) -> Bool) {
        let mustWake = state.withLock { state in
            guard body(&state), state.isAsleep else { return false }
            state.isAsleep = false
            return true
        }
        if mustWake { _ = eventfd_write(alarm, 1) }
    }

    // MARK: On the loop's thread

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: Self.eventsAtOnce)
        while true {
            let now = Instant.now
            let turn = nextTurn(now)
            for body in turn.work { body() }
            for member in turn.members { member.tick(now) }
            let count = epoll_wait(set, &events, Int32(events.count), turn.timeout)
            if count > 0 { handle(events[..<Int(count)]) }
        }
    }

    /// Takes what is due. With nothing to do the loop counts as asleep from here on.
    private func nextTurn(_ now: Instant) -> Turn {
        state.withLock { state in
            var turn = Turn()
            swap(&turn.work, &state.work)
            while let first = state.delayed.last, first.time <= now {
                turn.work.append(first.body)
                state.delayed.removeLast()
            }
            if !state.members.isEmpty, state.nextTick <= now {
                turn.members = Array(state.members.values)
                state.nextTick = now + Self.tickInterval
            }
            guard turn.work.isEmpty, turn.members.isEmpty else { return turn }
            state.isAsleep = true
            let next = [state.delayed.last?.time, state.members.isEmpty ? nil : state.nextTick].compactMap(\.self).min()
            turn.timeout = next.map { Int32((($0 - now) / .milliseconds(1)).rounded(.up)) } ?? -1
            return turn
        }
    }

    private func handle(_ events: ArraySlice<epoll_event>) {
        let watched = state.withLock { state in
            state.isAsleep = false
            return events.map { state.watched[$0.data.u64] }
        }
        for (event, readiness) in zip(events, watched) {
            if let readiness {
                readiness.handle(event.events)
            } else if event.data.u64 == 0 {
                var count: eventfd_t = 0
                _ = eventfd_read(alarm, &count)
            }
        }
    }
}
