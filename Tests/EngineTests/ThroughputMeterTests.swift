import Engine
import Testing

struct ThroughputMeterTests {
    @Test func `an even flow gives its rate from the start`() {
        var meter = ThroughputMeter()
        #expect(meter.rate(at: 0) == nil)
        for second in 0...200 {
            meter.record(3, at: Double(second))
            guard second >= 20, let rate = meter.rate(at: Double(second) + 0.5) else { continue }
            #expect(abs(rate - 3) < 0.2)
        }
    }

    @Test func `what is long past fades`() {
        var meter = ThroughputMeter()
        meter.record(100, at: 0)
        meter.record(0, at: 10)
        let recent = meter.rate(at: 10) ?? 0
        let late = meter.rate(at: 200) ?? 0
        #expect(recent > 5)
        #expect(late < 0.01)
    }
}
