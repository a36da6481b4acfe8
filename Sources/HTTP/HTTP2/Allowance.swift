/// A token bucket without a clock: spent by what happens, filled by whoever knows the time.
package struct Allowance: Sendable {
    package struct Rate: Sendable {
        package var burst: Int
        package var perSecond: Int

        package init(burst: Int, perSecond: Int) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    private let rate: Rate
    private var left: Double

    package init(_ rate: Rate) {
        self.rate = rate
        left = Double(rate.burst)
    }

    /// Whether more was spent than there was.
    package var isExhausted: Bool { left < 0 }

    package mutating func spend() {
        left -= 1
    }

    package mutating func add(_ count: Int) {
        left = min(Double(rate.burst), left + Double(count))
    }

    package mutating func refill(_ time: Duration) {
        left = min(Double(rate.burst), left + time / .seconds(1) * Double(rate.perSecond))
    }
}
