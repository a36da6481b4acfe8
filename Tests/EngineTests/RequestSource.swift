import Engine
import Grammar

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

    /// Reasoning, a grammar, lists of tokens, loops: any of them together.
    mutating func guidance() -> Guidance {
        var guidance = Guidance()
        if chance(60) {
            var reasoning = TextModel.reasoning(
                [.reasoning, .reasoning, .undecided, .answer][next(4)], spelled: chance(30))
            if chance(60) { reasoning.budget = next(8) }
            if reasoning.start == .undecided, chance(30) { reasoning.opening = TextModel.tokens("<t>") }
            guidance.reasoning = reasoning
        }
        if chance(60) {
            let sources: [GrammarSource] = [
                .regex("[a-f]{2,9}"), .choice(["abc", "abd", "fade"]), .regex("-?[1-9][0-9]*"),
                .regex("(ab|c)*"),
            ]
            guidance.answer = TextModel.answer(sources[next(4)], trigger: chance(20) ? .text(Array("a".utf8)) : nil)
        }
        if chance(20) { guidance.bannedSequences = [[Int32(next(40)), Int32(next(6) + 30)], [Int32(next(6) + 30)]] }
        if chance(20) {
            guidance.repetition = RepetitionLimits(maxPatternSize: 3, minPatternSize: 1 + next(2), minCount: 2)
        }
        if chance(10), guidance.answer == nil {
            var allowed = TokenMask(size: 40)
            for token in Int32(5)..<30 { allowed.insert(token) }
            guidance.allowedTokens = allowed
        }
        return guidance
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
        if chance(40) { request.guidance = guidance() }
        if chance(20) { request.priority = next(5) - 2 }
        if chance(20) { request.reportsProgress = true }
        return request
    }
}
