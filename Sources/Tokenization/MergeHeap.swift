/// A four-ary heap of merges that waits for its lowest rank, of equal ranks the lowest position.
struct MergeHeap {
    /// Rank in the high half, position in the low half.
    private var keys: [UInt64] = []

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
    }

    mutating func push(rank: UInt32, position: Int) {
        let key = UInt64(rank) << 32 | UInt64(position)
        var index = keys.count
        keys.append(key)
        while index > 0 {
            let parent = (index - 1) / 4
            guard keys[parent] > key else { break }
            keys[index] = keys[parent]
            index = parent
        }
        keys[index] = key
    }

    mutating func pop() -> (rank: UInt32, position: Int)? {
        guard let top = keys.first, let last = keys.popLast() else { return nil }
        if !keys.isEmpty { sink(last) }
        return (UInt32(truncatingIfNeeded: top >> 32), Int(top & 0xFFFF_FFFF))
    }

    /// Fills the hole at the root with `key`.
    private mutating func sink(_ key: UInt64) {
        var index = 0
        while true {
            let first = 4 * index + 1
            guard first < keys.count else { break }
            var least = first
            for child in first + 1..<max(min(first + 4, keys.count), first + 1) where keys[child] < keys[least] {
                least = child
            }
            guard keys[least] < key else { break }
            keys[index] = keys[least]
            index = least
        }
        keys[index] = key
    }
}
