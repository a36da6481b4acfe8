import Glibc
import JSON
import Synchronization

/// A run's `samples.jsonl`, open for more lines. Each line is on disk when its write returns. Only one process writes.
final class SampleLog: Sendable {
    private let file: Int32
    private let path: String
    private let order = Mutex(())

    /// `length` is where the whole lines end: what is behind it was cut off by a crash, and goes.
    init(path: String, length: Int) throws {
        self.path = path
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw EvaluationError(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw EvaluationError(path, "another run writes to it; let it end, or name another folder with --out")
        }
        guard ftruncate(file, length) == 0 else {
            close(file)
            throw EvaluationError(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(file) }

    func append(_ sample: Sample) throws {
        var bytes: [UInt8] = []
        JSONValue.object(sample.json).write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        try order.withLock { _ in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + sent, bytes.count - sent) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure() }
                sent += count
            }
            guard fsync(file) == 0 else { throw failure() }
        }
    }

    private func failure() -> EvaluationError {
        EvaluationError(path, "cannot be written: \(String(cString: strerror(errno)))")
    }
}
