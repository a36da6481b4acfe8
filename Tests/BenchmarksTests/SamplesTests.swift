import Testing

@testable import Benchmarks

struct SamplesTests {
    @Test func `percentiles lie between the nearest ranks, as numpy has them`() {
        let samples = Samples([4, 1, 3, 2])
        #expect(samples.mean == 2.5)
        #expect(samples.median == 2.5)
        #expect(samples.percentile(0) == 1)
        #expect(samples.percentile(100) == 4)
        #expect(abs(samples.percentile(90) - 3.7) < 1e-12)
    }

    @Test func `one sample is every percentile, and none is zero`() {
        #expect(Samples([7]).percentile(99) == 7)
        #expect(Samples([]).median == 0)
        #expect(Samples([]).mean == 0)
    }
}
