/// A score by the number of samples that it rests on.
struct CurvePoint: Sendable, Equatable {
    var size: Int
    var value: Double

    /// 1, 2, 4, … and `limit` itself.
    static func sizes(upTo limit: Int) -> [Int] {
        var sizes = Array(sequence(first: 1) { $0 <= limit / 2 ? $0 * 2 : nil })
        if sizes.last != limit { sizes.append(limit) }
        return sizes
    }
}
