/// Memory that one sampling thread uses again for each row.
package struct SamplerScratch: Sendable {
    /// Tokens at a similar distance from the most likely one.
    struct Bin {
        var count = 0
        var mass = 0.0

        mutating func add(_ weight: Double) {
            count += 1
            mass += weight
        }
    }

    static let binCount = 2048
    /// Bins per unit of scaled logit distance.
    static let binsPerUnit: Float = 64

    var bins: [Bin] = []
    var cumulative: [Double] = []
    private var tokens: [Int32] = []
    private var logits: [Float] = []
    private var weights: [Float] = []

    package init() {}

    mutating func clearBins() {
        bins.removeAll(keepingCapacity: true)
        bins.append(contentsOf: repeatElement(Bin(), count: Self.binCount))
    }

    /// A copy of the row that may be changed.
    mutating func takeLogits(_ row: Span<Float>) -> [Float] {
        var logits = take(\.logits)
        logits.removeAll(keepingCapacity: true)
        logits.reserveCapacity(row.count)
        for index in 0..<row.count { logits.append(row[index]) }
        return logits
    }

    /// `count` values of any content.
    mutating func takeWeights(count: Int) -> [Float] {
        var weights = take(\.weights)
        if weights.count != count { weights = Array(repeating: 0, count: count) }
        return weights
    }

    mutating func takeTokens() -> [Int32] {
        var tokens = take(\.tokens)
        tokens.removeAll(keepingCapacity: true)
        return tokens
    }

    mutating func takeCumulative() -> [Double] {
        var cumulative = take(\.cumulative)
        cumulative.removeAll(keepingCapacity: true)
        return cumulative
    }

    mutating func giveBack(logits: [Float]) { self.logits = logits }
    mutating func giveBack(weights: [Float]) { self.weights = weights }

    mutating func giveBack(tokens: [Int32], cumulative: [Double]) {
        self.tokens = tokens
        self.cumulative = cumulative
    }

    /// Index of the first sum above `target` in ascending sums; where rounding leaves none, of the last rise.
    static func firstIndex(in sums: [Double], above target: Double) -> Int {
        var (low, high) = (0, sums.count)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > target { high = middle } else { low = middle + 1 }
        }
        guard low == sums.count else { return low }
        return sums.firstIndex(of: sums[sums.count - 1]) ?? 0
    }

    private mutating func take<Element>(_ path: WritableKeyPath<Self, [Element]>) -> [Element] {
        var taken: [Element] = []
        swap(&taken, &self[keyPath: path])
        return taken
    }
}
