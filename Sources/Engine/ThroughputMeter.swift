internal import Glibc

/// Events per second, the recent ones weighing more.
package struct ThroughputMeter {
    /// Seconds in which an event's weight falls to 1/e.
    private static let memory = 30.0

    private var weight = 0.0
    private var lastTime: Double?
    private var firstTime = 0.0

    package init() {}

    /// Notes `count` events at `time` seconds of any clock that only goes forward.
    package mutating func record(_ count: Int, at time: Double) {
        if lastTime == nil { firstTime = time }
        weight = decayedWeight(at: time) + Double(count)
        lastTime = time
    }

    /// Nil until there is something to tell from.
    package func rate(at time: Double) -> Double? {
        let weight = decayedWeight(at: time)
        let window = Self.memory * (1 - exp((firstTime - time) / Self.memory))
        return weight > 0 && window > 0 ? weight / window : nil
    }

    private func decayedWeight(at time: Double) -> Double {
        guard let lastTime else { return 0 }
        return weight * exp((lastTime - time) / Self.memory)
    }
}
