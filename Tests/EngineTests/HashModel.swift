import Engine
import Grammar

/// The fake runner's model and sampler, and what they generate when nothing is paged, cut or shared.
///
/// A drawn token depends on every cache entry before it and on every field of the sampling task.
enum HashModel {
    static let vocabularySize = 40

    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var x = (a ^ 0x9e37_79b9_7f4a_7c15) &* 0xbf58_476d_1ce4_e5b9 &+ b
        x = (x ^ x >> 29) &* 0x94d0_49bb_1331_11eb
        return x ^ x >> 32
    }

    /// Cache entry of a position. Called with the entries before it, oldest first.
    static func entry(token: Int32, position: Int, isPrompt: Bool, past: [UInt64]) -> UInt64 {
        var entry = mix(UInt64(UInt32(bitPattern: token)), UInt64(position) << 1 | (isPrompt ? 1 : 0))
        for other in past { entry = mix(entry, other) }
        return entry
    }

    /// Draws from the last row's entry.
    static func sample(_ entry: UInt64, _ task: SampleTask) -> SampledToken {
        var state = mix(entry, UInt64(task.position) << 8 | UInt64(task.choice))
        state = mix(state, task.parameters.temperature == 0 ? 0 : mix(task.parameters.seed, 1))
        if let history = task.history {
            for (token, count) in zip(history.tokens, history.generatedCounts) {
                state = mix(state, UInt64(token) << 16 | UInt64(count))
            }
        }
        var token: Int32
        if let forced = task.forced {
            token = forced
        } else {
            token = draw(&state, task)
        }
        return SampledToken(
            token: token, logprobs: task.parameters.logprobs.map { logprobs(entry, of: token, top: $0) })
    }

    private static func draw(_ state: inout UInt64, _ task: SampleTask) -> Int32 {
        var token: Int32
        repeat {
            state = mix(state, 3)
            token = Int32(state >> 33) % Int32(vocabularySize)
        } while task.bannedTokens.contains(token) || task.mask?.contains(token) == false
        return token
    }

    static func logprobs(_ entry: UInt64, of token: Int32, top: Int) -> TokenLogprobs {
        let logprob = { (token: Int32) in -Float(mix(entry, UInt64(token)) >> 50) }
        return TokenLogprobs(
            logprob: logprob(token), top: (0..<top).map { (token: Int32($0), logprob: logprob(Int32($0))) })
    }

    /// What a request gives by itself: straight from the definition, without an engine.
    static func outcome(of request: GenerationRequest, distinguishesRoles: Bool, maxLength: Int = 256) -> Outcome {
        var outcome = Outcome(choices: request.choices)
        for choice in 0..<request.choices {
            var lone = LoneSequence(request, distinguishesRoles: distinguishesRoles)
            if let top = request.promptLogprobs { outcome.promptLogprobs = lone.promptLogprobs(top: top) }
            outcome.choices[choice] = lone.generate(choice: choice, maxLength: maxLength)
        }
        return outcome
    }
}

/// One choice, computed position by position.
private struct LoneSequence {
    let request: GenerationRequest
    let distinguishesRoles: Bool
    var entries: [UInt64] = []

    init(_ request: GenerationRequest, distinguishesRoles: Bool) {
        self.request = request
        self.distinguishesRoles = distinguishesRoles
        for token in request.prompt { compute(token) }
    }

    mutating func compute(_ token: Int32) {
        let isPrompt = !distinguishesRoles || entries.count < request.prompt.count
        entries.append(HashModel.entry(token: token, position: entries.count, isPrompt: isPrompt, past: entries))
    }

    func promptLogprobs(top: Int) -> [TokenLogprobs?] {
        var logprobs: [TokenLogprobs?] = [nil]
        for (position, token) in request.prompt.enumerated().dropFirst() {
            logprobs.append(HashModel.logprobs(entries[position - 1], of: token, top: top))
        }
        return logprobs
    }

    mutating func generate(choice: Int, maxLength: Int) -> Outcome.Choice {
        var result = Outcome.Choice()
        var history = TokenHistory(prompt: request.prompt)
        let usesHistory =
            request.sampling.presencePenalty != 0 || request.sampling.frequencyPenalty != 0
            || request.sampling.repetitionPenalty != 1
        while result.reason == nil, result.tokens.count < request.maxTokens {
            let stops = result.tokens.count < request.minTokens ? Array(request.stopTokens) : []
            // From scratch for each token: nothing but the tokens may matter.
            var state = request.guidance.map { GuidanceState($0) }
            for token in result.tokens { try? state?.advance(by: token) }
            let constraint = (try? state?.constraint(after: result.tokens[...], stops: stops)) ?? nil
            let task = SampleTask(
                logitIndex: 0, position: entries.count, choice: choice, parameters: request.sampling,
                history: usesHistory ? history : nil, bannedTokens: constraint?.banned ?? stops,
                mask: constraint?.mask, forced: constraint?.forced)
            let sample = HashModel.sample(entries[entries.count - 1], task)
            result.tokens.append(sample.token)
            result.logprobs.append(sample.logprobs)
            history.appendGenerated(sample.token)
            try? state?.advance(by: sample.token)
            if request.stopTokens.contains(sample.token) {
                result.reason = .stopToken(sample.token)
            } else if state?.isComplete == true {
                result.reason = .grammar
            } else if request.guidance?.repetition?.isMet(by: result.tokens[...]) == true {
                result.reason = .repetition
            }
            if request.prompt.count + result.tokens.count == maxLength { result.reason = result.reason ?? .length }
            compute(sample.token)
        }
        result.reason = result.reason ?? .length
        return result
    }
}
