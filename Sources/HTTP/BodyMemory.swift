import Synchronization

/// The bytes that the request bodies of all connections may take together.
final class BodyMemory: Sendable {
    private let limit: Int
    private let used = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether there was room for `count` bytes more; they are counted then.
    func take(_ count: Int) -> Bool {
        let (_, total) = used.add(count, ordering: .relaxed)
        guard total > limit else { return true }
        giveBack(count)
        return false
    }

    func giveBack(_ count: Int) {
        used.subtract(count, ordering: .relaxed)
    }
}
