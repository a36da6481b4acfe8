extension TokenSequence {
    /// Positions among the next `rowCount` whose logits are wanted for the prompt's log-probabilities.
    func promptLogprobRows(rowCount: Int) -> Range<Int> {
        guard let first = request.firstPromptLogprobPosition else { return computed..<computed }
        let start = max(computed, first)
        return start..<max(start, min(computed + rowCount, promptLength - 1))
    }

    /// Whether the next `rowCount` rows reach the last token, so that the next one can be drawn.
    func completes(rowCount: Int) -> Bool { rowCount == remaining }

    /// Choices whose next token is drawn from this sequence's logits: all of them at the end of the prompt.
    var choicesToSample: [Int] { request.promptIsComputed ? [choice] : request.liveChoices }
}
