import CLinux
import Synchronization

/// What an event loop tells of one descriptor: level-triggered news of input and of room for output, from epoll(7).
///
/// The handlers run on the loop's thread, one at a time. All methods may be called on any thread.
final class Readiness: Sendable {
    private struct State {
        /// The events that are on; the descriptor is in the loop's set while there are any, since epoll would tell of
        /// errors and hang-ups even so.
        var interest: UInt32 = 0
        var isCancelled = false
    }

    /// Names the descriptor in the loop's set: its number may soon be another's.
    let id: UInt64
    private let descriptor: Int32
    private let loop: EventLoop
    private let readable: @Sendable () -> Void
    private let writable: @Sendable () -> Void
    private let state = Mutex(State())

    private static let input = EPOLLIN.rawValue
    private static let output = EPOLLOUT.rawValue
    private static let ends = EPOLLERR.rawValue | EPOLLHUP.rawValue

    /// Both directions begin switched off.
    init(
        id: UInt64, _ descriptor: Int32, loop: EventLoop, readable: @escaping @Sendable () -> Void,
        writable: @escaping @Sendable () -> Void
    ) {
        self.id = id
        self.descriptor = descriptor
        self.loop = loop
        self.readable = readable
        self.writable = writable
    }

    /// Turns news of readable data, end of input and errors on or off.
    func setReading(_ enabled: Bool) { turn(Self.input, enabled) }

    /// Turns news of room for output and of errors on or off.
    func setWriting(_ enabled: Bool) { turn(Self.output, enabled) }

    /// Ends all news. `completion` runs when no handler will run again and the descriptor may be closed.
    func cancel(_ completion: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state in
            guard !state.isCancelled else { return false }
            state.isCancelled = true
            set(0, &state)
            return true
        }
        guard isFirst else { return }
        loop.forget(self)
        // Behind the events that the loop is handling.
        loop.async(completion)
    }

    /// Handles events, on the loop's thread.
    func handle(_ events: UInt32) {
        if events & (Self.input | Self.ends) != 0, isOn(Self.input) { readable() }
        if events & (Self.output | Self.ends) != 0, isOn(Self.output) { writable() }
    }

    private func isOn(_ event: UInt32) -> Bool { state.withLock { $0.interest & event != 0 } }

    private func turn(_ event: UInt32, _ enabled: Bool) {
        state.withLock { state in
            guard !state.isCancelled else { return }
            set(enabled ? state.interest | event : state.interest & ~event, &state)
        }
    }

    /// Where the kernel has no memory for it, the descriptor's deadlines end what waits.
    private func set(_ interest: UInt32, _ state: inout State) {
        guard interest != state.interest else { return }
        let operation = state.interest == 0 ? EPOLL_CTL_ADD : interest == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD
        state.interest = interest
        loop.control(operation, descriptor, interest, id)
    }
}
