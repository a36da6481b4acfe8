@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells what happens at the terminal: bytes typed, and the signals that concern it.
package final class TerminalEvents: Sendable {
    package enum Event: Sendable {
        case typed([UInt8])
        /// Nothing will be typed any more.
        case ended
        case resized
        /// SIGTSTP: stop the process.
        case suspended
        /// SIGCONT: the process goes on.
        case continued
    }

    private let sources = Mutex<[any DispatchSourceProtocol]>([])

    /// Calls `tell`, one call at a time, until `cancel`.
    package init(_ tell: @escaping @Sendable (Event) -> Void) {
        let queue = DispatchQueue(label: "apus.terminal")
        let input = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: queue)
        input.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count > 0 {
                tell(.typed(Array(buffer[..<count])))
            } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
                input.cancel()
                tell(.ended)
            }
        }
        sources.withLock { $0.append(input) }
        for (number, event) in [(SIGWINCH, Event.resized), (SIGTSTP, .suspended), (SIGCONT, .continued)] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { tell(event) }
            sources.withLock { $0.append(source) }
        }
        sources.withLock { $0.forEach { $0.activate() } }
    }

    package func cancel() {
        sources.withLock { sources in
            sources.forEach { $0.cancel() }
            sources = []
        }
        for number in [SIGWINCH, SIGTSTP, SIGCONT] { signal(number, SIG_DFL) }
    }
}
