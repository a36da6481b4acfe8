/// Philox 4x32-10: random numbers as a function of a key and a counter, without state.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), constants and rounds as there.
package enum Philox {
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for round in 0..<10 {
            if round > 0 { key = key &+ SIMD2(0x9e37_79b9, 0xbb67_ae85) }
            let even = UInt64(counter[0]) * 0xd251_1f53
            let odd = UInt64(counter[2]) * 0xcd9e_8d57
            counter = SIMD4(
                UInt32(truncatingIfNeeded: odd >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: odd),
                UInt32(truncatingIfNeeded: even >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: even))
        }
        return counter
    }

    /// The draw in [0, 1) for one position of one choice: 53 random bits.
    package static func uniform(seed: UInt64, choice: Int, position: Int) -> Double {
        let position = UInt64(truncatingIfNeeded: position)
        let bits = block(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32),
                UInt32(truncatingIfNeeded: choice), 0),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
        return Double((UInt64(bits[0]) << 32 | UInt64(bits[1])) >> 11) * 0x1p-53
    }
}
