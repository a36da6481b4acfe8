/// A token bucket: an allowance per minute that comes back evenly, holds one minute's worth at most, and may be overdrawn.
struct RateBucket: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What a sum of fractions may be wrong by.
    private static let tolerance = 1e-6

    let perMinute: Int
    private var level: Double
    private var time: Instant

    /// - Parameter level: what it begins with; nil: all.
    init(perMinute: Int, level: Double? = nil, at now: Instant) {
        self.perMinute = perMinute
        self.level = min(level ?? .infinity, Double(perMinute))
        time = now
    }

    /// What may be taken; below zero after overdrawing.
    func level(at now: Instant) -> Double {
        min(Double(perMinute), level + max(0, time.duration(to: now) / .seconds(60)) * Double(perMinute))
    }

    mutating func take(_ amount: Int, at now: Instant) {
        level = level(at: now) - Double(amount)
        time = max(time, now)
    }

    /// Whether one may be taken without overdrawing.
    func holdsOne(at now: Instant) -> Bool { level(at: now) >= 1 - Self.tolerance }

    /// The time until there will be `amount`; at most all of it.
    func wait(for amount: Double, at now: Instant) -> Duration {
        let missing = min(amount, Double(perMinute)) - Self.tolerance - level(at: now)
        return .seconds(max(0, missing / Double(perMinute) * 60))
    }
}
