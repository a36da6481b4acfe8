/// An open-addressed table from the hash of a key to the position of its member.
///
/// A slot holds the position in its low half (plus one, 0 is free) and the hash's high bits in its high half, so that
/// few foreign keys are compared.
struct JSONObjectIndex: Sendable {
    private var slots: [UInt64]

    /// An empty table that takes at least `capacity` members.
    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// The position whose key has this hash and passes `isKey`.
    func find(_ hash: Int, where isKey: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        let mark = UInt64(bitPattern: Int64(hash)) & 0xffff_ffff_0000_0000
        var slot = hash & mask
        while slots[slot] != 0 {
            if slots[slot] & 0xffff_ffff_0000_0000 == mark {
                let position = Int(slots[slot] & 0xffff_ffff) - 1
                if isKey(position) { return position }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Adds a position that is not in the table; false, with nothing added, when the table would be over half full.
    mutating func insert(_ position: Int, hash: Int) -> Bool {
        guard 2 * (position + 1) <= slots.count else { return false }
        let mask = slots.count - 1
        var slot = hash & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt64(bitPattern: Int64(hash)) & 0xffff_ffff_0000_0000 | UInt64(position + 1)
        return true
    }
}
