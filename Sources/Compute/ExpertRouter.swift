/// DeepSeek-V3's choice of experts (`noaux_tc`): sigmoid scores, corrected by a bias for the choice alone, the best
/// groups first and the best experts within them. The lower index wins a tie.
package struct ExpertRouter: Sendable {
    package var expertCount: Int
    package var activeCount: Int
    package var groupCount: Int
    package var activeGroupCount: Int
    /// Weights are divided by their sum (+ 1e-20).
    package var normalises: Bool
    /// Multiplies the weights.
    package var scale: Float
    /// `[expertCount]`
    package var bias: [Float]

    package init(
        expertCount: Int, activeCount: Int, groupCount: Int, activeGroupCount: Int, normalises: Bool, scale: Float,
        bias: [Float]
    ) {
        precondition(bias.count == expertCount && expertCount % groupCount == 0, "\(expertCount) experts")
        precondition(activeCount <= expertCount / groupCount * activeGroupCount, "\(activeCount) active experts")
        self.expertCount = expertCount
        self.activeCount = activeCount
        self.groupCount = groupCount
        self.activeGroupCount = activeGroupCount
        self.normalises = normalises
        self.scale = scale
        self.bias = bias
    }

    /// Chooses for one row.
    ///
    /// - Parameters:
    ///   - scores: sigmoids of the router's logits, `[expertCount]`.
    ///   - corrected: scratch `[expertCount]`.
    ///   - experts, weights: `[activeCount]`, best first.
    func choose(
        scores: UnsafePointer<Float>, corrected: UnsafeMutablePointer<Float>,
        experts: UnsafeMutablePointer<Int32>, weights: UnsafeMutablePointer<Float>
    ) {
        bias.withUnsafeBufferPointer { bias in
            for expert in 0..<expertCount { corrected[expert] = scores[expert] + bias[expert] }
        }
        if activeGroupCount < groupCount { excludeGroups(corrected) }
        var total: Float = 0
        for rank in 0..<activeCount {
            var best = -1
            for expert in 0..<expertCount where corrected[expert] > -.infinity {
                if best < 0 || corrected[expert] > corrected[best] { best = expert }
            }
            // A NaN is chosen by nobody: rows that hold one still get experts, and NaN results.
            if best < 0 { best = rank }
            corrected[best] = -.infinity
            experts[rank] = Int32(best)
            weights[rank] = scores[best]
            total += scores[best]
        }
        let factor = normalises ? scale / (total + 1e-20) : scale
        for rank in 0..<activeCount { weights[rank] *= factor }
    }

    /// Sets the corrected scores outside of the best groups to -inf; a group's worth is the sum of its best two.
    private func excludeGroups(_ corrected: UnsafeMutablePointer<Float>) {
        let size = expertCount / groupCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: groupCount) { worth in
            for group in 0..<groupCount {
                var first = -Float.infinity
                var second = -Float.infinity
                for expert in group * size..<(group + 1) * size {
                    if corrected[expert] > first {
                        second = first
                        first = corrected[expert]
                    } else if corrected[expert] > second {
                        second = corrected[expert]
                    }
                }
                worth[group] = size == 1 ? first : first + second
            }
            for group in 0..<groupCount {
                let better = (0..<groupCount).count { other in
                    worth[other] > worth[group] || (worth[other] == worth[group] && other < group)
                }
                guard better >= activeGroupCount else { continue }
                (corrected + group * size).update(repeating: -.infinity, count: size)
            }
        }
    }
}
