import CLinux
import Synchronization

/// Readiness by epoll, level-triggered. The descriptor is registered only while a direction is on: epoll reports errors
/// whatever is asked for, and those of a socket that is not connected yet mean nothing.
final class EpollReadiness: Readiness {
    private struct State {
        var isReading = false
        var isWriting = false
        var isCancelled = false

        /// What epoll is asked for; 0 is no registration.
        var mask: UInt32 { (isReading ? EPOLLIN.rawValue : 0) | (isWriting ? EPOLLOUT.rawValue : 0) }
    }

    private let descriptor: Int32
    private let key: UInt64
    private let loop: EventLoop
    private let state = Mutex(State())
    private let readable: @Sendable () -> Void
    private let writable: @Sendable () -> Void

    /// Both directions begin switched off. `key` names it in the loop's events.
    init(
        _ descriptor: Int32, key: UInt64, loop: EventLoop, readable: @escaping @Sendable () -> Void,
        writable: @escaping @Sendable () -> Void
    ) {
        self.descriptor = descriptor
        self.key = key
        self.loop = loop
        self.readable = readable
        self.writable = writable
    }

    func setReading(_ enabled: Bool) { change { $0.isReading = enabled } }

    func setWriting(_ enabled: Bool) { change { $0.isWriting = enabled } }

    func cancel(_ completion: @escaping @Sendable () -> Void) {
        change {
            $0.isReading = false
            $0.isWriting = false
            $0.isCancelled = true
        }
        loop.forget(key)
        loop.async(completion)
    }

    /// On the loop's thread.
    func handle(_ events: UInt32) {
        let failed = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        if failed || events & EPOLLIN.rawValue != 0, state.withLock({ $0.isReading }) { readable() }
        if failed || events & EPOLLOUT.rawValue != 0, state.withLock({ $0.isWriting }) { writable() }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            guard !state.isCancelled else { return }
            let before = state.mask
            body(&state)
            guard state.mask != before else { return }
            let operation = before == 0 ? EPOLL_CTL_ADD : state.mask == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD
            loop.control(operation, descriptor, state.mask, key: key)
        }
    }
}
