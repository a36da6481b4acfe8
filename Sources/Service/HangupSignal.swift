@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// SIGHUP, by which daemons are told to read their files again.
final class HangupSignal: Sendable {
    private let source = Mutex<(any DispatchSourceSignal)?>(nil)

    /// Calls `body` for each signal until `ignore`; the process outlives both.
    init(_ body: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: body)
        source.resume()
        self.source.withLock { $0 = source }
    }

    func ignore() {
        source.withLock { $0.take() }?.cancel()
    }
}
