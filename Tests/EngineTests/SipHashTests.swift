import Engine
import Testing

struct SipHashTests {
    /// From the reference implementation's vectors_sip128.h, key 00 01 … 0f, message 00 01 ….
    @Test(arguments: [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (16, "6ee2a4ca67b054bbfd3315bf85230577"),
        (56, "1938f2cf72d54ee97e94166fa91d2a36"),
    ])
    func `it gives the published results`(length: Int, expected: String) {
        var hash = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        for word in 0..<length / 8 {
            hash.append((0..<8).reduce(0) { $0 | UInt64(word * 8 + $1) << UInt64($1 * 8) })
        }
        let (low, high) = hash.finish()
        let bytes = [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(text == expected)
    }
}
