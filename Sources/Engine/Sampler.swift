internal import Compute
internal import Grammar

/// Draws tokens from logits and computes log-probabilities. Each row is independent of all others.
///
/// vLLM's definitions and order: logit bias, mask and banned tokens, penalties, temperature, min-p, top-k, top-p. Tokens of
/// equal logits are ordered by id, lowest first. Log-probabilities are those of the logits before all of that.
package enum Sampler {
    /// Carries out one task on its row `[vocabularySize]`. Nil where the logits are not finite.
    package static func sample(
        _ row: Span<Float>, _ task: SampleTask, scratch: inout SamplerScratch
    ) -> SampledToken? {
        let token: Int?
        if let forced = task.forced {
            token = Int(forced)
        } else if task.adjustsLogits {
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

    /// Log-softmax over the whole row: that of one token, with its rank, and those of the `top` most likely ones.
    package static func logprobs(_ row: Span<Float>, of token: Int32, top: Int) -> TokenLogprobs? {
        guard Logits.mostLikely(row) != nil else { return nil }
        let normalizer = Logits.logSumOfExponentials(row)
        var alternatives: [(token: Int32, logprob: Float)] = []
        for token in mostLikely(row, count: min(top, row.count)) {
            alternatives.append((Int32(token), Float(Double(row[token]) - normalizer)))
        }
        return TokenLogprobs(
            logprob: Float(Double(row[Int(token)]) - normalizer), top: alternatives, rank: rank(row, of: Int(token)))
    }

    /// 1 for the token with the largest logit; of equal ones the lowest id comes first.
    private static func rank(_ row: Span<Float>, of token: Int) -> Int {
        let logit = row[token]
        var before = 0
        for other in row.indices where row[other] > logit { before += 1 }
        for other in 0..<token where row[other] == logit { before += 1 }
        return before + 1
    }

    /// The `count` tokens with the largest logits, largest first.
    private static func mostLikely(_ row: Span<Float>, count: Int) -> [Int] {
        guard count > 0 else { return [] }
        var best: [Int] = []
        best.reserveCapacity(count + 1)
        var next: Int? = 0
        while let token = next {
            let logit = row[token]
            var (low, high) = (0, best.count)
            while low < high {
                let middle = (low + high) / 2
                if logit > row[best[middle]] { high = middle } else { low = middle + 1 }
            }
            best.insert(token, at: low)
            if best.count > count { best.removeLast() }
            next =
                best.count < count && token + 1 < row.count
                ? token + 1 : Logits.next(in: row, from: token + 1, above: row[best[best.count - 1]])
        }
        return best
    }

    private static func adjust(_ logits: inout [Float], _ task: SampleTask) {
        let parameters = task.parameters
        for (token, bias) in parameters.logitBias where logits.indices.contains(Int(token)) {
            logits[Int(token)] += bias
        }
        if let mask = task.mask { Logits.keep(mask.words, of: &logits) }
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
        guard let first = Logits.mostLikely(logits) else { return nil }
        guard parameters.temperature > 0 else { return first }
        // A temperature next to zero must not make the scale infinite: 0 * infinity is not a number.
        let scale = min(1 / parameters.temperature, 0x1p100)
        let uniform = Philox.uniform(seed: parameters.seed, choice: task.choice, position: task.position)
        var weights = scratch.takeWeights()
        Logits.weigh(logits, maximum: logits[first], scale: scale, into: &weights)
        let row = LogitRow(logits, weights: weights.span, maximum: logits[first], scale: scale)
        let token = Candidates(row).draw(uniform, parameters, &scratch.bins)
        scratch.giveBack(weights: weights)
        return token
    }
}
