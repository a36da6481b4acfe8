import Engine

/// Requests of many kinds from a seed.
struct RequestSource {
    private var state: UInt64

    init(seed: UInt64) { state = HashModel.mix(seed, 77) }

    mutating func next(_ bound: Int) -> Int {
        state = HashModel.mix(state, 1)
        return Int(state >> 11) % bound
    }

    mutating func chance(_ percent: Int) -> Bool { next(100) < percent }

    mutating func prompt(_ length: Int) -> [Int32] {
        (0..<length).map { _ in Int32(next(HashModel.vocabularySize)) }
    }

    /// A request; many share a prefix with another.
    mutating func request(maxPrompt: Int = 40, maxTokens: Int = 24, maxChoices: Int = 3) -> GenerationRequest {
        var prompt: [Int32]
        if chance(50) {
            var family = RequestSource(seed: UInt64(next(3)))
            prompt = family.prompt(1 + next(maxPrompt))
            if chance(30) { prompt[prompt.count - 1] = Int32(next(HashModel.vocabularySize)) }
        } else {
            prompt = self.prompt(1 + next(maxPrompt))
        }
        var request = GenerationRequest(id: "r", prompt: prompt, maxTokens: 1 + next(maxTokens))
        if chance(30) { request.choices = 1 + next(maxChoices) }
        request.sampling.temperature = chance(30) ? 0 : 0.8
        request.sampling.seed = UInt64(next(1000))
        if chance(50) { request.sampling.topP = 0.9 }
        if chance(20) { request.sampling.topK = 5 }
        if chance(20) { request.sampling.minP = 0.05 }
        if chance(30) {
            request.sampling.repetitionPenalty = 1.3
            request.sampling.presencePenalty = 0.4
            request.sampling.frequencyPenalty = 0.3
        }
        if chance(20) { request.sampling.logitBias = [3: 4, 5: -100] }
        if chance(20) { request.sampling.logprobs = next(4) }
        if chance(15) { request.promptLogprobs = next(3) }
        if chance(5) {
            request.promptLogprobs = 1
            request.maxTokens = 0
        }
        if chance(50) { request.stopTokens = [7, 8] }
        if chance(20) { request.minTokens = 5 }
        if chance(20) { request.cacheSalt = 9 }
        if chance(20) { request.priority = next(5) - 2 }
        if chance(20) { request.reportsProgress = true }
        return request
    }
}
