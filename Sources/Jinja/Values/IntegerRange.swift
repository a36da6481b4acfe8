/// Python's `range`.
final class IntegerRange {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    /// Nil for a step of zero or a count beyond `limit`.
    init?(start: Int, stop: Int, step: Int, limit: Int) {
        guard step != 0 else { return nil }
        let (distance, overflows) =
            step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        guard !overflows, step != .min else { return nil }
        count = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
        guard count <= limit else { return nil }
        self.start = start
        self.stop = stop
        self.step = step
    }

    subscript(index: Int) -> Value { .integer(start + index * step) }

    var elements: [Value] { (0..<count).map { self[$0] } }
}
