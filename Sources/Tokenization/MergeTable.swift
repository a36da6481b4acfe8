/// What merging two adjacent tokens gives: a hash table with open addressing from (left, right) to (rank, new id).
struct MergeTable: Sendable {
    /// Rank in the high half, new id in the low half: the smaller value is the earlier merge.
    typealias Merge = UInt64

    static let none = Merge.max

    private var keys: [UInt64]
    private var merges: [Merge]
    private let shift: UInt64

    /// A table for at most `capacity` merges.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << Int(bits) < 2 * capacity { bits += 1 }
        shift = 64 - bits
        keys = [UInt64](repeating: .max, count: 1 << Int(bits))
        merges = [Merge](repeating: Self.none, count: 1 << Int(bits))
    }

    private func slot(of key: UInt64) -> Int {
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: ((key ^ (key >> 29)) &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while keys[slot] != key && keys[slot] != .max { slot = (slot + 1) & mask }
        return slot
    }

    /// Sets a merge; of two merges of one pair the later stays.
    mutating func insert(left: Int32, right: Int32, rank: UInt32, newID: Int32) {
        let key = Self.key(left, right)
        let slot = slot(of: key)
        keys[slot] = key
        merges[slot] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: newID))
    }

    /// The merge of a pair, or `none`.
    func merge(_ left: Int32, _ right: Int32) -> Merge {
        merges[slot(of: Self.key(left, right))]
    }

    /// All pairs that merge, in the order of their ranks.
    var pairs: [(left: Int32, right: Int32)] {
        let used = merges.indices.filter { merges[$0] != Self.none }
        return used.sorted { merges[$0] < merges[$1] }.map { slot in
            (
                Int32(bitPattern: UInt32(truncatingIfNeeded: keys[slot] >> 32)),
                Int32(bitPattern: UInt32(truncatingIfNeeded: keys[slot]))
            )
        }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    static func newID(_ merge: Merge) -> Int32 {
        Int32(bitPattern: UInt32(truncatingIfNeeded: merge))
    }

    static func rank(_ merge: Merge) -> UInt32 {
        UInt32(truncatingIfNeeded: merge >> 32)
    }
}
