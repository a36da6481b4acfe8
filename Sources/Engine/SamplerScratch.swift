internal import Compute

/// Memory that one sampling thread uses again for each row.
package struct SamplerScratch: Sendable {
    var bins = DistanceBins()
    private var logits: [Float] = []
    private var weights: [Float] = []

    package init() {}

    /// A copy of the row that may be changed.
    mutating func takeLogits(_ row: Span<Float>) -> [Float] {
        var logits: [Float] = []
        swap(&logits, &self.logits)
        logits.removeAll(keepingCapacity: true)
        row.withUnsafeBufferPointer { logits.append(contentsOf: $0) }
        return logits
    }

    /// Any number of values of any content.
    mutating func takeWeights() -> [Float] {
        var weights: [Float] = []
        swap(&weights, &self.weights)
        return weights
    }

    mutating func giveBack(logits: [Float]) { self.logits = logits }
    mutating func giveBack(weights: [Float]) { self.weights = weights }
}
