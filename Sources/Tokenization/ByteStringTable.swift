/// A hash table from byte strings to numbers: all keys in one arena, open addressing with linear probing.
struct ByteStringTable: Sendable {
    private var arena: [UInt8] = []
    private var bounds: [UInt32] = [0]
    private var values: [Int32] = []
    /// High half: part of the hash; low half: entry + 1. Zero: free.
    private var slots: [UInt64]

    init(capacity: Int) {
        slots = [UInt64](repeating: 0, count: Self.slotCount(for: capacity))
        values.reserveCapacity(capacity)
        bounds.reserveCapacity(capacity + 1)
    }

    private static func slotCount(for capacity: Int) -> Int {
        var count = 16
        while count < 2 * capacity { count *= 2 }
        return count
    }

    private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        hash ^= hash >> 32
        return hash &* 0x9E37_79B9_7F4A_7C15
    }

    /// The entry of a key, or the free slot where it belongs.
    private func find(_ bytes: [UInt8], _ range: Range<Int>, _ hash: UInt64) -> (entry: Int?, slot: Int) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash >> 20) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let entry = Int(slots[slot] & 0xFFFF_FFFF) - 1
                if hasKey(entry, bytes, range) { return (entry, slot) }
            }
            slot = (slot + 1) & mask
        }
        return (nil, slot)
    }

    private func hasKey(_ entry: Int, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let start = Int(bounds[entry])
        guard Int(bounds[entry + 1]) - start == range.count else { return false }
        for offset in 0..<range.count where arena[start + offset] != bytes[range.lowerBound + offset] { return false }
        return true
    }

    func value(of bytes: [UInt8], in range: Range<Int>) -> Int32? {
        find(bytes, range, Self.hash(bytes, range)).entry.map { values[$0] }
    }

    func value(of bytes: [UInt8]) -> Int32? {
        value(of: bytes, in: 0..<bytes.count)
    }

    /// Sets the value of a key; a later value replaces an earlier one.
    mutating func insert(_ key: [UInt8], value: Int32) {
        if 2 * (values.count + 1) > slots.count { grow() }
        let range = 0..<key.count
        let hash = Self.hash(key, range)
        let (entry, slot) = find(key, range, hash)
        if let entry {
            values[entry] = value
            return
        }
        arena.append(contentsOf: key)
        bounds.append(UInt32(arena.count))
        values.append(value)
        slots[slot] = (hash >> 32) << 32 | UInt64(values.count)
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: 2 * slots.count)
        for entry in values.indices {
            let hash = Self.hash(arena, Int(bounds[entry])..<Int(bounds[entry + 1]))
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash >> 20) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = (hash >> 32) << 32 | UInt64(entry + 1)
        }
    }
}
