import CLinux
@preconcurrency import Dispatch
import Synchronization

/// What an event loop visits at every tick.
protocol EventLoopMember: AnyObject, Sendable {
    func tick(_ now: ContinuousClock.Instant)
}

/// A serial queue that handles the events and deadlines of many descriptors. Work on it never blocks.
///
/// Unchecked for `scratch`, which is touched only on `queue`, and for the timer, which is safe on any thread.
final class EventLoop: @unchecked Sendable {
    /// The resolution of every deadline.
    static let tickInterval = Duration.milliseconds(200)

    private static let shared: [EventLoop] = {
        let count = min(4, Int(linux_usable_processors()))
        return (0..<count).map { EventLoop(label: "apus.sockets.\($0)") }
    }()
    private static let turn = Atomic(0)

    /// The loops that the process shares, in turn.
    static func next() -> EventLoop {
        let turn = Self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return shared[Int(truncatingIfNeeded: UInt(bitPattern: turn) % UInt(shared.count))]
    }

    let queue: DispatchQueue
    /// Where descriptors are read into; on `queue` only.
    var scratch = [UInt8](repeating: 0, count: 64 << 10)

    private let members = Mutex<[ObjectIdentifier: any EventLoopMember]>([:])
    private let timer: any DispatchSourceTimer

    private init(label: String) {
        queue = DispatchQueue(label: label)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { self.tick() }
        timer.activate()
        timer.suspend()
    }

    /// Keeps `member` alive and ticks it until it is removed.
    func add(_ member: any EventLoopMember) {
        members.withLock { members in
            if members.isEmpty {
                let interval = DispatchTimeInterval.milliseconds(Int(Self.tickInterval / .milliseconds(1)))
                timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(20))
                timer.resume()
            }
            members[ObjectIdentifier(member)] = member
        }
    }

    func remove(_ member: any EventLoopMember) {
        members.withLock { members in
            guard members.removeValue(forKey: ObjectIdentifier(member)) != nil, members.isEmpty else { return }
            timer.suspend()
        }
    }

    func watch(
        _ descriptor: Int32, readable: @escaping @Sendable () -> Void, writable: @escaping @Sendable () -> Void
    ) -> any Readiness {
        DispatchReadiness(descriptor, queue: queue, readable: readable, writable: writable)
    }

    private func tick() {
        let now = ContinuousClock.now
        for member in members.withLock({ Array($0.values) }) { member.tick(now) }
    }
}
