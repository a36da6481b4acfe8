import Synchronization

/// The bytes that requests which arrive, and answers which wait for their readers, may take on all connections together.
package final class RequestMemory: Sendable {
    /// Beside the text of a header field: its place in a list, and two strings with their storage.
    static let fieldOverhead = 128
    /// Beside its fields, an open stream of HTTP/2, here and in nghttp2.
    static let streamOverhead = 1 << 10
    /// Answers up to this size are given whatever is taken: errors and health.
    private static let freeAnswer = 4 << 10

    private let limit: Int
    private let used = Atomic(0)

    package init(limit: Int) {
        self.limit = limit
    }

    /// Whether a whole answer of so many bytes may wait for its reader.
    func affords(answer count: Int) -> Bool {
        count <= Self.freeAnswer || used.load(ordering: .relaxed) + count <= limit
    }

    /// What one holder took; given back when nobody holds the share any more.
    package final class Share: Sendable {
        private let memory: RequestMemory
        private let count = Atomic(0)

        init(of memory: RequestMemory) {
            self.memory = memory
        }

        deinit {
            memory.used.subtract(count.load(ordering: .relaxed), ordering: .relaxed)
        }

        /// Whether there was room for `growth` bytes more; they are counted then.
        func take(_ growth: Int) -> Bool {
            let (_, total) = memory.used.add(growth, ordering: .relaxed)
            guard total <= memory.limit else {
                memory.used.subtract(growth, ordering: .relaxed)
                return false
            }
            count.add(growth, ordering: .relaxed)
            return true
        }

        /// Counts what is held already, whether there is room or not. Not for two threads at once.
        func hold(_ total: Int) {
            memory.used.add(total - count.exchange(total, ordering: .relaxed), ordering: .relaxed)
        }

        /// As `hold`, but refuses to grow beyond what there is room for.
        func resize(to total: Int) -> Bool {
            let growth = total - count.load(ordering: .relaxed)
            if growth > 0 { return take(growth) }
            hold(total)
            return true
        }
    }
}

extension HTTPProtocolError {
    static let overloaded = HTTPProtocolError(503, "The server has too much to read; try again soon.")
}
