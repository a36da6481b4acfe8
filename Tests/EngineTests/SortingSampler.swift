import Compute
import Engine
import Glibc

/// What the sampler computes, by sorting: the same weights and integer masses, and nothing else in common.
enum SortingSampler {
    static func draw(_ logits: [Float], _ task: SampleTask) -> Int32? {
        let parameters = task.parameters
        guard let maximum = logits.max() else { return nil }
        let scale = 1 / parameters.temperature
        var weights: [Float] = []
        Logits.weigh(logits.span, maximum: maximum, scale: scale, into: &weights)
        let masses = weights.map { UInt64((Double($0) * 0x1p44).rounded(.toNearestOrEven)) }

        var kept = logits.indices.sorted { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
        if parameters.minP > 0 {
            let floor = Float(log(Double(parameters.minP)))
            kept = kept.filter { (logits[$0] - maximum) * scale >= floor }
        }
        if parameters.topK > 0 { kept = Array(kept.prefix(parameters.topK)) }
        if parameters.topP < 1 {
            let all = kept.reduce(UInt64(0)) { $0 + masses[$1] }
            let target = UInt64((Double(parameters.topP) * Double(all)).rounded(.up))
            var sum = UInt64(0)
            let last = kept.firstIndex { token in
                sum += masses[token]
                return sum >= target
            }
            if let last { kept = Array(kept[...last]) }
        }
        let all = kept.reduce(UInt64(0)) { $0 + masses[$1] }
        let uniform = Philox.uniform(seed: parameters.seed, choice: task.choice, position: task.position)
        let target = min(UInt64(uniform * Double(all)), all - 1)
        var sum = UInt64(0)
        let drawn = kept.sorted().first { token in
            sum += masses[token]
            return sum > target
        }
        return drawn.map(Int32.init)
    }
}
