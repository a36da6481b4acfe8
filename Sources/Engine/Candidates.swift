internal import Glibc

/// A row's tokens in the order (logit descending, id ascending), cut by min-p, top-k and top-p without sorting it.
///
/// Tokens fall into bins by their distance from the largest logit; only the bin in which a cut falls is sorted.
struct Candidates: ~Escapable {
    private let logits: Span<Float>
    /// exp of the scaled distance from `maximum`.
    private let weights: Span<Float>
    private let maximum: Float
    /// 1 / temperature.
    private let scale: Float

    private static let nearDistance: Float = 12

    @_lifetime(copy logits, copy weights)
    init(logits: Span<Float>, weights: Span<Float>, maximum: Float, scale: Float) {
        self.logits = logits
        self.weights = weights
        self.maximum = maximum
        self.scale = scale
    }

    /// The last token that is kept.
    private struct Cut {
        var logit: Float
        var token: Int

        func keeps(_ logit: Float, _ token: Int) -> Bool {
            logit > self.logit || (logit == self.logit && token <= self.token)
        }
    }

    /// Draws from what `parameters` keep, by inverting the cumulative distribution in order of the ids.
    func draw(_ uniform: Double, _ parameters: SamplingParameters, _ scratch: inout SamplerScratch) -> Int? {
        let floor = parameters.minP > 0 ? Float(log(Double(parameters.minP))) : -.infinity
        // Nearly always the cuts fall among the tokens close to the largest logit; the others need no bins then.
        let near = max(floor, -Self.nearDistance)
        var (count, mass) = fillBins(downTo: near, &scratch)
        if near > floor {
            let total = floor == -.infinity ? VectorMath.sum(weights) : nil
            let suffices =
                parameters.topK > 0
                ? parameters.topK <= count : total.map { Double(parameters.topP) * $0 <= mass } ?? false
            if !suffices { (count, mass) = fillBins(downTo: floor, &scratch) }
            mass = total ?? mass
        }
        guard mass.isFinite, mass > 0 else { return nil }

        var cut = Cut(logit: -.infinity, token: logits.count)
        if parameters.topK > 0, parameters.topK <= count {
            (cut, mass) = cutByCount(parameters.topK, floor, &scratch)
        }
        if parameters.topP < 1, let nearer = cutByMass(Double(parameters.topP) * mass, floor, &scratch),
            cut.keeps(nearer.logit, nearer.token)
        {
            cut = nearer
        }
        return draw(uniform, floor, cut, &scratch)
    }

    /// Sorts the tokens no further than `floor` from the largest logit into bins; returns their number and mass.
    private func fillBins(downTo floor: Float, _ scratch: inout SamplerScratch) -> (count: Int, mass: Double) {
        scratch.clearBins()
        // A little lower, since both are rounded; the distance itself decides.
        let threshold = (maximum + (floor - 1) / scale).nextDown
        VectorMath.forEachIndex(of: logits, atLeast: threshold) { token in
            let distance = distance(token)
            guard distance >= floor else { return }
            scratch.bins[Self.bin(distance)].add(Double(weights[token]))
        }
        return scratch.bins.reduce(into: (0, 0.0)) { sum, bin in
            sum.0 += bin.count
            sum.1 += bin.mass
        }
    }

    private func draw(_ uniform: Double, _ floor: Float, _ cut: Cut, _ scratch: inout SamplerScratch) -> Int? {
        var tokens = scratch.takeTokens()
        var cumulative = scratch.takeCumulative()
        var sum = 0.0
        VectorMath.forEachIndex(of: logits, atLeast: cut.logit) { token in
            guard weights[token] > 0, cut.keeps(logits[token], token), distance(token) >= floor else { return }
            sum += Double(weights[token])
            tokens.append(Int32(token))
            cumulative.append(sum)
        }
        let token = tokens.isEmpty ? nil : tokens[SamplerScratch.firstIndex(in: cumulative, above: uniform * sum)]
        scratch.giveBack(tokens: tokens, cumulative: cumulative)
        return token.map(Int.init)
    }

    /// The `count`-th token, and the mass up to and with it.
    private func cutByCount(_ count: Int, _ floor: Float, _ scratch: inout SamplerScratch) -> (Cut, Double) {
        var (left, mass) = (count, 0.0)
        var index = 0
        while scratch.bins[index].count < left {
            left -= scratch.bins[index].count
            mass += scratch.bins[index].mass
            index += 1
        }
        let members = members(ofBin: index, floor).prefix(left)
        for token in members { mass += Double(weights[token]) }
        let last = members.last ?? 0
        return (Cut(logit: logits[last], token: last), mass)
    }

    /// The token with which the mass reaches `target`; nil when all of it is needed.
    private func cutByMass(_ target: Double, _ floor: Float, _ scratch: inout SamplerScratch) -> Cut? {
        var mass = 0.0
        var index = 0
        while index < scratch.bins.count, mass + scratch.bins[index].mass < target {
            mass += scratch.bins[index].mass
            index += 1
        }
        guard index < scratch.bins.count else { return nil }
        for token in members(ofBin: index, floor) {
            mass += Double(weights[token])
            if mass >= target { return Cut(logit: logits[token], token: token) }
        }
        return nil
    }

    private func members(ofBin index: Int, _ floor: Float) -> [Int] {
        var members: [Int] = []
        // One bin of slack, since the bin is decided on the rounded distance.
        let isLast = index == SamplerScratch.binCount - 1
        let threshold =
            isLast ? -.infinity : (maximum - Float(index + 2) / (SamplerScratch.binsPerUnit * scale)).nextDown
        VectorMath.forEachIndex(of: logits, atLeast: threshold) { token in
            let distance = distance(token)
            if distance >= floor, Self.bin(distance) == index { members.append(token) }
        }
        members.sort { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
        return members
    }

    /// Scaled distance from the largest logit, at most 0.
    private func distance(_ token: Int) -> Float { (logits[token] - maximum) * scale }

    private static func bin(_ distance: Float) -> Int {
        Int(min(distance * -SamplerScratch.binsPerUnit, Float(SamplerScratch.binCount - 1)))
    }
}
