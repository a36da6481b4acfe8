/// The symbols of one piece while they are merged, and the memory for it.
///
/// Always the merge of lowest rank first, of equal ranks the leftmost, until none applies. Short pieces scan their
/// pairs for the next merge; long ones keep them in a heap over a linked list: n symbols take O(n log n).
struct MergeWorkspace {
    static let longestScanned = 48

    /// The piece's symbols, filled before and read after `merge`.
    var symbols: [Int32] = []
    private var pairs: [MergeTable.Merge] = []
    private var heap = MergeHeap()
    private var previous: [Int32] = []
    private var next: [Int32] = []

    mutating func merge(with table: MergeTable) {
        if symbols.count <= Self.longestScanned {
            mergeByScanning(table)
        } else {
            mergeByHeap(table)
        }
    }

    private mutating func mergeByScanning(_ table: MergeTable) {
        var count = symbols.count
        guard count > 1 else { return }
        pairs.removeAll(keepingCapacity: true)
        for index in 0..<count - 1 { pairs.append(table.merge(symbols[index], symbols[index + 1])) }
        while count > 1 {
            var best = 0
            for index in 1..<max(count - 1, 1) where pairs[index] < pairs[best] { best = index }
            guard pairs[best] != MergeTable.none else { break }
            symbols[best] = MergeTable.newID(pairs[best])
            count -= 1
            for index in best + 1..<max(count, best + 1) {
                symbols[index] = symbols[index + 1]
                pairs[index - 1] = pairs[index]
            }
            if best > 0 { pairs[best - 1] = table.merge(symbols[best - 1], symbols[best]) }
            if best < count - 1 { pairs[best] = table.merge(symbols[best], symbols[best + 1]) }
        }
        symbols.removeSubrange(count...)
    }

    private mutating func mergeByHeap(_ table: MergeTable) {
        let count = symbols.count
        let removed = Int32.min
        heap.removeAll()
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        for index in 0..<count {
            previous.append(Int32(index - 1))
            next.append(index + 1 < count ? Int32(index + 1) : -1)
            if index + 1 < count { enqueue(index, table.merge(symbols[index], symbols[index + 1])) }
        }
        while let (rank, position) = heap.pop() {
            guard symbols[position] != removed, next[position] >= 0 else { continue }
            let right = Int(next[position])
            let merge = table.merge(symbols[position], symbols[right])
            guard merge != MergeTable.none, MergeTable.rank(merge) == rank else { continue }
            symbols[position] = MergeTable.newID(merge)
            symbols[right] = removed
            let following = next[right]
            next[position] = following
            if following >= 0 {
                previous[Int(following)] = Int32(position)
                enqueue(position, table.merge(symbols[position], symbols[Int(following)]))
            }
            if previous[position] >= 0 {
                let before = Int(previous[position])
                enqueue(before, table.merge(symbols[before], symbols[position]))
            }
        }
        symbols.removeAll { $0 == removed }
    }

    private mutating func enqueue(_ position: Int, _ merge: MergeTable.Merge) {
        if merge != MergeTable.none { heap.push(rank: MergeTable.rank(merge), position: position) }
    }

    /// Whether the workspace has grown far beyond what usual pieces need.
    var isOversized: Bool { symbols.capacity > 1 << 18 }
}
