internal import Glibc
internal import Synchronization

/// Writes lines to a descriptor whose reader may be slow, gone or out of space: who logs neither waits nor fails.
///
/// A line that is not taken at once is dropped, and the next one that is comes after a word about the lost ones.
final class LogSink: Sendable {
    static let standardError = LogSink(STDERR_FILENO)

    private let descriptor: Int32
    /// Lines dropped since the last that was written. The lock also keeps the lines of several threads apart.
    private let lost = Mutex(0)

    /// What a pipe that is ready takes without waiting.
    private static let piece = 4096
    /// How long the rest of a longer line is waited for.
    private static let patience: Int32 = 100

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// `notice` makes the line that tells how many were lost.
    func write(_ line: String, notice: (_ lost: Int) -> String) {
        lost.withLock { lost in
            if lost > 0 {
                guard put(notice(lost)) else {
                    lost += 1
                    return
                }
                lost = 0
            }
            if !put(line) { lost += 1 }
        }
    }

    private func put(_ line: String) -> Bool {
        let bytes = Array(line.utf8)
        var written = 0
        while written < bytes.count {
            guard isReady(within: written == 0 ? 0 : Self.patience) else { return false }
            let piece = Array(bytes[written...].prefix(Self.piece))
            let count = Glibc.write(descriptor, piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private func isReady(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }
}
