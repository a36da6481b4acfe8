/// A small generator of repeatable random numbers (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A generator of its own for each seed and name: FNV-1a of the seed's bytes and the name's.
    init(seed: UInt64, id: String) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * $0)) } + Array(id.utf8)
        self.init(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 })
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// From 0 up to, but not including, 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
