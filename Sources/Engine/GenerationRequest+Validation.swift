extension GenerationRequest {
    private static let maxChoices = 1024

    /// Throws for values that no engine with this vocabulary and `maxLength` can serve.
    func validate(vocabularySize: Int, maxLength: Int) throws(EngineError) {
        let ids = Int32(0)..<Int32(clamping: vocabularySize)
        try require(!prompt.isEmpty, "prompt", "is empty")
        if let stranger = prompt.first(where: { !ids.contains($0) }) {
            try require(false, "prompt", "has token \(stranger); the vocabulary has \(vocabularySize)")
        }
        try require(
            (1...Self.maxChoices).contains(choices), "n", "is \(choices); it must be from 1 to \(Self.maxChoices)")
        let fewest = promptLogprobs == nil ? 1 : 0
        try require(maxTokens >= fewest, "max_tokens", "is \(maxTokens); it must be at least \(fewest)")
        try require(minTokens >= 0, "min_tokens", "is \(minTokens); it must not be negative")
        try require((promptLogprobs ?? 0) >= 0, "prompt_logprobs", "is negative")
        try sampling.validate(ids: ids)
        try guidance?.validate(ids: ids, stops: minTokens > 0 ? stopTokens : [])
        let longest = maxTokens > 0 ? maxLength - 1 : maxLength
        guard prompt.count <= longest else { throw .promptTooLong(tokens: prompt.count, limit: maxLength) }
    }
}

extension SamplingParameters {
    fileprivate func validate(ids: Range<Int32>) throws(EngineError) {
        try require(
            temperature >= 0 && temperature.isFinite, "temperature", "is \(temperature); it must not be negative")
        try require(topP > 0 && topP <= 1, "top_p", "is \(topP); it must be above 0 and at most 1")
        try require(topK >= 0, "top_k", "is \(topK); it must not be negative (0 keeps all)")
        try require(minP >= 0 && minP <= 1, "min_p", "is \(minP); it must be between 0 and 1")
        try require(presencePenalty.isFinite, "presence_penalty", "is not a finite number")
        try require(frequencyPenalty.isFinite, "frequency_penalty", "is not a finite number")
        try require(
            repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition_penalty",
            "is \(repetitionPenalty); it must be above 0")
        try require((logprobs ?? 0) >= 0, "logprobs", "is negative")
        for (token, bias) in logitBias {
            try require(
                ids.contains(token), "logit_bias", "has token \(token); the vocabulary has \(ids.upperBound)")
            try require(bias.isFinite, "logit_bias", "of token \(token) is not a finite number")
        }
    }
}

extension Guidance {
    fileprivate func validate(ids: Range<Int32>, stops: Set<Int32>) throws(EngineError) {
        for sequence in bannedSequences {
            try require(!sequence.isEmpty && sequence.allSatisfy(ids.contains), "bad_words", "has an unknown token")
        }
        let banned = stops.union(bannedSequences.compactMap(\.last))
        try require(banned.count < ids.count, "bad_words", "leaves no token")
        if let reasoning {
            let forced = reasoning.opening + reasoning.closing
            try require(forced.allSatisfy(ids.contains), "reasoning", "forces an unknown token")
            try require((reasoning.budget ?? 0) >= 0, "thinking_token_budget", "must not be negative")
        }
        guard let repetition else { return }
        try require(
            repetition.minCount >= 2 && repetition.minPatternSize >= 1
                && repetition.maxPatternSize >= repetition.minPatternSize,
            "repetition_detection", "needs min_count >= 2 and 1 <= min_pattern_size <= max_pattern_size")
    }
}

private func require(_ holds: Bool, _ field: String, _ reason: String) throws(EngineError) {
    guard holds else { throw .invalidRequest(field: field, reason: reason) }
}
