internal import Glibc
internal import Synchronization

/// A file to which lines are appended, and which can be opened again after it was renamed.
///
/// A line that cannot be written, as on a full disk, is lost: who writes it must not stop for it. The loss is told once,
/// and the number of lines lost when writing succeeds again.
package final class LogFile: Sendable {
    private struct State: ~Copyable {
        var descriptor: Int32
        var lost = 0
        /// Whether the file ends in the middle of a line.
        var isTorn = false
    }

    private let path: String
    private let report: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Creates the file if it is not there, readable for its owner and group.
    ///
    /// - Parameter report: is told of lines that were lost.
    package init(path: String, report: @escaping @Sendable (String) -> Void) throws(LogFileError) {
        self.path = path
        self.report = report
        state = Mutex(State(descriptor: try Self.open(path)))
    }

    deinit {
        state.withLock { state in _ = close(state.descriptor) }
    }

    /// Goes on with the file that has the path now. Where that fails, the one before stays open.
    package func reopen() throws(LogFileError) {
        let new = try Self.open(path)
        let old = state.withLock { state in
            defer { state.descriptor = new }
            state.isTorn = state.isTorn && lseek(new, 0, SEEK_END) > 0
            return state.descriptor
        }
        close(old)
    }

    /// - Parameter line: with the line feed at its end.
    func write(_ line: [UInt8]) {
        let message = state.withLock { state -> String? in
            let bytes = state.isTorn ? [UInt8(ascii: "\n")] + line : line
            let count = Glibc.write(state.descriptor, bytes, bytes.count)
            let code = errno
            if count > 0 { state.isTorn = count < bytes.count }
            if count == bytes.count {
                defer { state.lost = 0 }
                return state.lost > 0 ? "\(path) is written again; \(state.lost) lines were lost" : nil
            }
            state.lost += 1
            guard state.lost == 1 else { return nil }
            let reason = count < 0 ? String(cString: strerror(code)) : "the disk took a part of a line"
            return "\(path) cannot be written: \(reason). Lines are lost until it can."
        }
        if let message { report(message) }
    }

    private static func open(_ path: String) throws(LogFileError) -> Int32 {
        // A pipe that nobody reads must not hold the caller either.
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw LogFileError(path: path, reason: String(cString: strerror(errno))) }
        return descriptor
    }
}

/// A log that cannot be opened.
package struct LogFileError: Error, CustomStringConvertible {
    package let path: String
    package let reason: String

    package var description: String { "\(path) cannot be opened for writing: \(reason)" }
}
