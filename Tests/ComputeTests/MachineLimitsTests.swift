import Compute
import Testing

@Suite struct MachineLimitsTests {
    @Test func `a measurement gives figures of this world`() throws {
        let limits = try MachineLimits.measure(threads: 1)
        #expect((0.5...2000).contains(limits.readGBPerSecond))
        #expect((1...5000).contains(limits.f32GOPPerSecond))
        #expect(limits.bf16GOPPerSecond >= limits.f32GOPPerSecond)
        #expect((1...50_000).contains(limits.int8GOPPerSecond))
    }
}
