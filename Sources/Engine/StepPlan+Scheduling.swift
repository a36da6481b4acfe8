internal import Models

extension StepPlan {
    /// Lays the runs' rows out one after another and notes in each run which tasks are its own.
    init(for runs: inout [ScheduledRun]) {
        self.init(batch: ForwardBatch(tokens: [], sequences: [], logitRows: []), samples: [], promptLogprobs: [])
        for index in runs.indices { add(&runs[index]) }
    }

    private mutating func add(_ run: inout ScheduledRun) {
        let sequence = run.sequence
        let firstRow = batch.tokens.count
        let end = sequence.computed + run.rowCount
        batch.tokens.append(contentsOf: sequence.tokens[sequence.computed..<end])
        batch.sequences.append(
            ForwardBatch.Sequence(
                rowCount: run.rowCount, firstPosition: sequence.computed, promptLength: sequence.promptLength,
                blockTable: sequence.blocks))

        let wanted = sequence.promptLogprobRows(rowCount: run.rowCount)
        if !wanted.isEmpty {
            run.promptLogprobs = promptLogprobs.count
            promptLogprobs.append(
                PromptLogprobTask(
                    firstLogitIndex: batch.logitRows.count,
                    targets: Array(sequence.tokens[wanted.lowerBound + 1...wanted.upperBound]),
                    top: sequence.request.request.promptLogprobs ?? 0))
            batch.logitRows.append(contentsOf: wanted.map { firstRow + $0 - sequence.computed })
        }

        run.samples = samples.count..<samples.count
        guard sequence.completes(rowCount: run.rowCount), sequence.request.request.maxTokens > 0 else { return }
        for choice in sequence.choicesToSample {
            samples.append(SampleTask(for: sequence, choice: choice, logitIndex: batch.logitRows.count))
        }
        batch.logitRows.append(batch.tokens.count - 1)
        run.samples = run.samples.lowerBound..<samples.count
    }
}

extension SampleTask {
    fileprivate init(for sequence: TokenSequence, choice: Int, logitIndex: Int) {
        let constraint = sequence.constraint(ofChoice: choice)
        self.init(
            logitIndex: logitIndex, position: sequence.tokens.count, choice: choice,
            parameters: sequence.request.request.sampling, history: sequence.history,
            bannedTokens: constraint.banned, mask: constraint.mask, forced: constraint.forced)
    }
}
