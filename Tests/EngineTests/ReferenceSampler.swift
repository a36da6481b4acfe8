import Engine
import Glibc

/// The definition of truncated sampling, in double precision and with a full sort.
struct ReferenceSampler {
    private let logits: [Double]

    init(_ logits: [Float]) { self.logits = logits.map(Double.init) }

    var logSoftmax: [Double] {
        let maximum = logits.max() ?? 0
        let logSum = log(logits.reduce(0) { $0 + exp($1 - maximum) })
        return logits.map { $0 - maximum - logSum }
    }

    /// Probability of each token after temperature, min-p, top-k and top-p.
    func probabilities(_ task: SampleTask) -> [Double] {
        let kept = kept(task.parameters, slack: 0)
        let maximum = logits.max() ?? 0
        var weights = [Double](repeating: 0, count: logits.count)
        for token in kept { weights[token] = exp((logits[token] - maximum) / Double(task.parameters.temperature)) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// Whether `token` is what inverting the cumulative distribution gives, with the rounding of single precision.
    func allows(_ token: Int32, _ task: SampleTask) -> Bool {
        let uniform = Philox.uniform(seed: task.parameters.seed, choice: task.choice, position: task.position)
        let slack = 1e-5
        // A cut that falls within rounding of its limit may keep one token more or less.
        return [0, -slack, slack].contains { cutSlack in
            let kept = kept(task.parameters, slack: cutSlack).sorted()
            let maximum = logits.max() ?? 0
            let weights = kept.map { exp((logits[$0] - maximum) / Double(task.parameters.temperature)) }
            let sum = weights.reduce(0, +)
            var before = 0.0
            for (candidate, weight) in zip(kept, weights) {
                let after = before + weight / sum
                if candidate == Int(token) { return before - slack <= uniform && uniform <= after + slack }
                before = after
            }
            return false
        }
    }

    private func kept(_ parameters: SamplingParameters, slack: Double) -> [Int] {
        let maximum = logits.max() ?? 0
        let weight = { (token: Int) in exp((logits[token] - maximum) / Double(parameters.temperature)) }
        var order = logits.indices.sorted { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
        order = order.filter { weight($0) >= Double(parameters.minP) * (1 + slack) || logits[$0] == maximum }
        if parameters.topK > 0 { order = Array(order.prefix(parameters.topK)) }
        let target = (Double(parameters.topP) + slack) * order.reduce(0) { $0 + weight($1) }
        guard parameters.topP < 1 else { return order }
        var mass = 0.0
        var kept: [Int] = []
        for token in order where kept.isEmpty || mass < target {
            kept.append(token)
            mass += weight(token)
        }
        return kept
    }
}
