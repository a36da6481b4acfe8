import Engine

/// The fake runner's model, and what it generates when nothing is paged, cut or shared.
enum HashModel {
    static let vocabularySize = 40

    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var x = (a ^ 0x9e37_79b9_7f4a_7c15) &* 0xbf58_476d_1ce4_e5b9 &+ b
        x = (x ^ x >> 29) &* 0x94d0_49bb_1331_11eb
        return x ^ x >> 32
    }

    static func entry(token: Int32, position: Int, isPrompt: Bool, past: [UInt64]) -> UInt64 {
        let own = mix(UInt64(UInt32(bitPattern: token)), UInt64(position) << 1 | (isPrompt ? 1 : 0))
        return past.reduce(own, mix)
    }

    static func logits(_ entry: UInt64) -> [Float] {
        (0..<vocabularySize).map { Float(mix(entry, UInt64($0)) >> 40) * 0x1p-24 * 6 - 3 }
    }

    static func sample(_ plan: StepPlan, _ logits: [[Float]]) -> StepResult {
        var scratch = SamplerScratch()
        var samples: [SampledToken?] = []
        for task in plan.samples {
            let row = logits[task.logitIndex]
            samples.append(Sampler.sample(row.span, task, scratch: &scratch))
        }
        var prompts: [[TokenLogprobs]?] = []
        for task in plan.promptLogprobs {
            var logprobs: [TokenLogprobs] = []
            for (index, target) in task.targets.enumerated() {
                let row = logits[task.firstLogitIndex + index]
                if let entry = Sampler.logprobs(row.span, of: target, top: task.top) { logprobs.append(entry) }
            }
            prompts.append(logprobs)
        }
        return StepResult(samples: samples, promptLogprobs: prompts)
    }

    /// What a request gives by itself: straight from the definition, without an engine.
    static func outcome(of request: GenerationRequest, distinguishesRoles: Bool, maxLength: Int = 256) -> Outcome {
        var outcome = Outcome(choices: request.choices)
        for choice in 0..<request.choices {
            var entries: [UInt64] = []
            var tokens = request.prompt
            var history = TokenHistory(prompt: tokens)
            var scratch = SamplerScratch()
            var prompt: [TokenLogprobs?] = [nil]
            while outcome.choices[choice].reason == nil {
                for position in entries.count..<tokens.count {
                    entries.append(
                        entry(
                            token: tokens[position], position: position,
                            isPrompt: !distinguishesRoles || position < request.prompt.count, past: entries))
                    if position + 1 < request.prompt.count, let top = request.promptLogprobs {
                        let row = logits(entries[position])
                        prompt.append(Sampler.logprobs(row.span, of: tokens[position + 1], top: top))
                    }
                }
                if request.promptLogprobs != nil { outcome.promptLogprobs = prompt }
                guard request.maxTokens > 0 else {
                    outcome.choices[choice].reason = .length
                    break
                }
                let generated = tokens.count - request.prompt.count
                let task = SampleTask(
                    logitIndex: 0, position: tokens.count, choice: choice, parameters: request.sampling,
                    history: history, bannedTokens: generated < request.minTokens ? Array(request.stopTokens) : [])
                let row = logits(entries[tokens.count - 1])
                guard let sample = Sampler.sample(row.span, task, scratch: &scratch) else {
                    preconditionFailure("finite logits")
                }
                tokens.append(sample.token)
                history.appendGenerated(sample.token)
                outcome.choices[choice].tokens.append(sample.token)
                outcome.choices[choice].logprobs.append(sample.logprobs)
                if request.stopTokens.contains(sample.token) {
                    outcome.choices[choice].reason = .stopToken(sample.token)
                } else if generated + 1 == request.maxTokens || tokens.count == maxLength {
                    outcome.choices[choice].reason = .length
                }
            }
        }
        return outcome
    }
}
