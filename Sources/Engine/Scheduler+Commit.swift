extension Scheduler {
    /// Takes a step's result: positions become computed, tokens are appended, choices end.
    package func commit(_ step: ScheduledStep, _ result: StepResult) -> [SchedulerOutput] {
        precondition(
            result.samples.count == step.plan.samples.count
                && result.promptLogprobs.count == step.plan.promptLogprobs.count,
            "a result has an entry for each of the plan's tasks")
        var outputs: [SchedulerOutput] = []
        counters.steps += 1
        for run in step.runs where requests[run.sequence.request.number] != nil {
            counters.computedTokens += run.rowCount
            advance(run.sequence, by: run.rowCount)
            reportProgress(of: run.sequence, &outputs)
            do {
                try acceptPromptLogprobs(of: run, result)
                try acceptSamples(of: run, result, &outputs)
            } catch {
                fail(request: run.sequence.request.number, error, &outputs)
            }
        }
        return outputs
    }

    private func advance(_ sequence: TokenSequence, by rowCount: Int) {
        let firstFull = sequence.computed / limits.blockSize
        sequence.computed += rowCount
        let full = sequence.computed / limits.blockSize
        guard limits.prefixCaching, full > firstFull else { return }
        extendHashes(of: sequence, to: full)
        for index in firstFull..<full { pool.register(sequence.blocks[index], as: sequence.hashes[index]) }
    }

    private func reportProgress(of sequence: TokenSequence, _ outputs: inout [SchedulerOutput]) {
        let request = sequence.request
        guard request.request.reportsProgress, !request.promptIsComputed else { return }
        let computed = min(sequence.computed, sequence.promptLength)
        guard computed > request.reportedProgress else { return }
        request.reportedProgress = computed
        outputs.append(
            SchedulerOutput(request: request.number, content: .event(.progress(promptTokens: computed))))
    }

    private func acceptPromptLogprobs(of run: ScheduledRun, _ result: StepResult) throws(EngineError) {
        guard let task = run.promptLogprobs else { return }
        guard let logprobs = result.promptLogprobs[task] else {
            throw Self.notFinite(before: run.sequence.computed)
        }
        run.sequence.request.promptLogprobs.append(contentsOf: logprobs)
    }

    private func acceptSamples(
        of run: ScheduledRun, _ result: StepResult, _ outputs: inout [SchedulerOutput]
    ) throws(EngineError) {
        let sequence = run.sequence
        let request = sequence.request
        guard sequence.remaining == 0 else { return }
        guard request.promptIsComputed else { return try finishPrompt(of: run, result, &outputs) }
        for sample in result.samples[run.samples] { try append(sample, to: sequence, &outputs) }
    }

    /// The prompt's logits give every choice its first token; from here on each has a sequence of its own, and all
    /// share the prompt's full blocks.
    private func finishPrompt(
        of run: ScheduledRun, _ result: StepResult, _ outputs: inout [SchedulerOutput]
    ) throws(EngineError) {
        let trunk = run.sequence
        let request = trunk.request
        request.promptIsComputed = true
        if request.request.promptLogprobs != nil {
            outputs.append(
                SchedulerOutput(
                    request: request.number, content: .event(.promptLogprobs(request.promptLogprobs))))
        }
        guard request.request.maxTokens > 0 else {
            for choice in request.liveChoices { end(choice: choice, of: request, reason: .length, &outputs) }
            return
        }
        let branches = request.liveChoices.dropFirst().map { branch(of: trunk, choice: $0) }
        for (sequence, sample) in zip([trunk] + branches, result.samples[run.samples]) {
            sequence.beginChoice()
            try append(sample, to: sequence, &outputs)
        }
    }

    /// A sequence for a further choice. It computes the prompt's last, partly filled block again for itself.
    private func branch(of trunk: TokenSequence, choice: Int) -> TokenSequence {
        let branch = TokenSequence(request: trunk.request, choice: choice)
        trunk.request.sequences.append(branch)
        guard running.count < limits.maxSequences else {
            enqueue(branch)
            return branch
        }
        let shared = trunk.promptLength / limits.blockSize
        branch.blocks = Array(trunk.blocks.prefix(shared))
        branch.computed = shared * limits.blockSize
        for block in branch.blocks { pool.retain(block) }
        run(branch)
        return branch
    }

    private func append(
        _ sample: SampledToken?, to sequence: TokenSequence, _ outputs: inout [SchedulerOutput]
    ) throws(EngineError) {
        guard let sample else { throw Self.notFinite(before: sequence.tokens.count) }
        let request = sequence.request
        var next = sample
        while true {
            try sequence.append(next.token)
            counters.generatedTokens += 1
            outputs.append(
                SchedulerOutput(
                    request: request.number,
                    content: .event(.token(choice: sequence.choice, id: next.token, logprobs: next.logprobs))))
            if let reason = finishReason(of: sequence, after: next.token) {
                return end(choice: sequence.choice, of: request, reason: reason, &outputs)
            }
            try prepareConstraint(of: sequence)
            // Tokens that are known need no logits: they are rows of one step, unless their log-probabilities matter.
            guard let forced = sequence.forcedToken, request.request.sampling.logprobs == nil else { return }
            next = SampledToken(token: forced, logprobs: nil)
        }
    }

    private func finishReason(of sequence: TokenSequence, after token: Int32) -> FinishReason? {
        let request = sequence.request.request
        if request.stopTokens.contains(token) { return .stopToken(token) }
        if sequence.isComplete { return .grammar }
        if let limits = request.guidance?.repetition, limits.isMet(by: sequence.tokens[sequence.promptLength...]) {
            return .repetition
        }
        let isFull = sequence.generatedCount >= request.maxTokens || sequence.tokens.count >= limits.maxLength
        return isFull ? .length : nil
    }

    private static func notFinite(before position: Int) -> EngineError {
        .runnerFailed("the logits for position \(position) are not finite numbers")
    }
}
