/// pass@k without bias (Chen et al. 2021), for any scores: the expected best of k samples drawn from those that exist.
enum BestOf {
    /// For samples of 0 and 1 with c ones among n: 1 - C(n-c, k)/C(n, k).
    /// - Parameter sorted: ascending; at least k.
    static func expected(_ k: Int, sorted: [Double]) -> Double {
        // The j-th smallest of n is the best of a draw in C(j-1, k-1) of C(n, k) cases.
        var weight = Double(k) / Double(sorted.count)
        var sum = 0.0
        for rank in stride(from: sorted.count, through: k, by: -1) {
            sum += weight * sorted[rank - 1]
            if rank > k { weight *= Double(rank - k) / Double(rank - 1) }
        }
        return sum
    }

    /// For k = 1, 2, 4, … and the largest that every question has samples for.
    static func curve(_ samples: [[Double]]) -> [CurvePoint] {
        let sorted = samples.filter { !$0.isEmpty }.map { $0.sorted() }
        guard let least = sorted.map(\.count).min() else { return [] }
        return CurvePoint.sizes(upTo: least).map { k in
            CurvePoint(size: k, value: sorted.map { expected(k, sorted: $0) }.mean)
        }
    }
}
