internal import Glibc

/// Draws tokens from logits and computes log-probabilities. Each row is independent of all others.
///
/// vLLM's definitions and order: logit bias and banned tokens, penalties, temperature, min-p, top-k, top-p. Tokens of
/// equal logits are ordered by id, lowest first. Log-probabilities are those of the logits before all of that.
package enum Sampler {
    /// Carries out one task on its row `[vocabularySize]`. Nil where the logits are not finite.
    package static func sample(
        _ row: Span<Float>, _ task: SampleTask, scratch: inout SamplerScratch
    ) -> SampledToken? {
        let token: Int?
        if task.adjustsLogits {
            var adjusted = scratch.takeLogits(row)
            adjust(&adjusted, task)
            token = draw(adjusted.span, task, &scratch)
            scratch.giveBack(logits: adjusted)
        } else {
            token = draw(row, task, &scratch)
        }
        guard let token else { return nil }
        guard let top = task.parameters.logprobs else { return SampledToken(token: Int32(token), logprobs: nil) }
        guard let logprobs = logprobs(row, of: Int32(token), top: top) else { return nil }
        return SampledToken(token: Int32(token), logprobs: logprobs)
    }

    /// Log-softmax over the whole row: that of one token and those of the `top` most likely ones.
    package static func logprobs(_ row: Span<Float>, of token: Int32, top: Int) -> TokenLogprobs? {
        let maximum = VectorMath.maximum(row)
        guard maximum.isFinite else { return nil }
        let logSum = log(VectorMath.sumOfExponentials(row, maximum: maximum))
        guard logSum.isFinite else { return nil }
        let normalizer = Double(maximum) + logSum
        var alternatives: [(token: Int32, logprob: Float)] = []
        for token in mostLikely(row, count: min(top, row.count)) {
            alternatives.append((Int32(token), Float(Double(row[token]) - normalizer)))
        }
        return TokenLogprobs(logprob: Float(Double(row[Int(token)]) - normalizer), top: alternatives)
    }

    /// The `count` tokens with the largest logits, largest first.
    private static func mostLikely(_ row: Span<Float>, count: Int) -> [Int] {
        guard count > 0 else { return [] }
        var best: [Int] = []
        best.reserveCapacity(count + 1)
        for token in 0..<row.count {
            let logit = row[token]
            if best.count == count, !(logit > row[best[count - 1]]) { continue }
            var (low, high) = (0, best.count)
            while low < high {
                let middle = (low + high) / 2
                if logit > row[best[middle]] { high = middle } else { low = middle + 1 }
            }
            best.insert(token, at: low)
            if best.count > count { best.removeLast() }
        }
        return best
    }

    private static func adjust(_ logits: inout [Float], _ task: SampleTask) {
        let parameters = task.parameters
        for (token, bias) in parameters.logitBias where logits.indices.contains(Int(token)) {
            logits[Int(token)] += bias
        }
        for token in task.bannedTokens where logits.indices.contains(Int(token)) { logits[Int(token)] = -.infinity }
        guard let history = task.history else { return }
        for (token, count) in zip(history.tokens, history.generatedCounts) {
            var logit = logits[Int(token)]
            logit = logit > 0 ? logit / parameters.repetitionPenalty : logit * parameters.repetitionPenalty
            logit -= parameters.frequencyPenalty * Float(count)
            if count > 0 { logit -= parameters.presencePenalty }
            logits[Int(token)] = logit
        }
    }

    private static func draw(_ logits: Span<Float>, _ task: SampleTask, _ scratch: inout SamplerScratch) -> Int? {
        let parameters = task.parameters
        guard parameters.temperature > 0 else { return VectorMath.argmax(logits) }
        let maximum = VectorMath.maximum(logits)
        guard maximum.isFinite else { return nil }
        // A temperature next to zero must not make the scale infinite: 0 * infinity is not a number.
        let scale = min(1 / parameters.temperature, 0x1p100)
        var weights = scratch.takeWeights(count: logits.count)
        var span = weights.mutableSpan
        VectorMath.exponentials(logits, maximum: maximum, scale: scale, into: &span)
        let uniform = Philox.uniform(seed: parameters.seed, choice: task.choice, position: task.position)
        let token: Int?
        if parameters.truncates {
            let candidates = Candidates(logits: logits, weights: weights.span, maximum: maximum, scale: scale)
            token = candidates.draw(uniform, parameters, &scratch)
        } else {
            token = drawFromAll(weights.span, uniform, &scratch)
        }
        scratch.giveBack(weights: weights)
        return token
    }

    /// Inverts the cumulative distribution over all tokens in order of their ids.
    private static func drawFromAll(
        _ weights: Span<Float>, _ uniform: Double, _ scratch: inout SamplerScratch
    ) -> Int? {
        let length = VectorMath.blockLength
        scratch.cumulative.removeAll(keepingCapacity: true)
        var total = 0.0
        for start in stride(from: 0, to: weights.count, by: length) {
            total += VectorMath.sum(weights, from: start, to: min(start + length, weights.count))
            scratch.cumulative.append(total)
        }
        guard total.isFinite else { return nil }
        let block = SamplerScratch.firstIndex(in: scratch.cumulative, above: uniform * total)
        let start = block * length
        let target = uniform * total - (block == 0 ? 0 : scratch.cumulative[block - 1])
        var sum = 0.0
        var last: Int?
        for token in start..<min(start + length, weights.count) where weights[token] > 0 {
            sum += Double(weights[token])
            last = token
            if sum > target { break }
        }
        return last
    }
}
