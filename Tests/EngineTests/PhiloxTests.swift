import Engine
import Testing

struct PhiloxTests {
    /// Philox 4x32-10 of Random123's kat_vectors: counter and key of equal words, or digits of pi.
    @Test func `it gives the published results`() {
        let zeros = Philox.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        #expect(zeros == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = Philox.block(counter: SIMD4(repeating: UInt32.max), key: SIMD2(repeating: UInt32.max))
        #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let pi = Philox.block(
            counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        #expect(pi == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func `seed, choice and position each change the draw`() {
        let draws = [
            Philox.uniform(seed: 1, choice: 0, position: 0), Philox.uniform(seed: 2, choice: 0, position: 0),
            Philox.uniform(seed: 1, choice: 1, position: 0), Philox.uniform(seed: 1, choice: 0, position: 1),
            Philox.uniform(seed: 1 << 40, choice: 0, position: 0),
        ]
        #expect(Set(draws).count == draws.count)
    }

    @Test func `draws are even over the unit interval`() {
        var counts = [Int](repeating: 0, count: 10)
        for position in 0..<100_000 {
            counts[Int(Philox.uniform(seed: 42, choice: 0, position: position) * 10)] += 1
        }
        // Nine degrees of freedom; 27.9 is exceeded once in a thousand seeds.
        let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000 }
        #expect(chiSquare < 27.9)
    }
}
