/// A request that the scheduler has taken and not yet finished.
package final class RequestState {
    /// Order of arrival: of equal priority, what came first goes first.
    package let number: UInt64
    package let request: GenerationRequest
    /// Hashes of the prompt's full blocks.
    let promptHashes: [BlockHash]
    /// Choices that have not ended, ascending.
    package internal(set) var liveChoices: [Int]
    /// Sequences that compute for it. Until the prompt is computed there is one, which stands for all live choices.
    /// The scheduler empties it when the request ends, since they refer back.
    package internal(set) var sequences: [TokenSequence] = []
    /// A step with its first rows was scheduled.
    var hasStarted = false
    /// All prompt positions were computed once, and every choice has its first token.
    var promptIsComputed = false
    /// The prompt's computed tokens as of the last `progress` event.
    var reportedProgress = 0
    /// Filled as the prompt advances; entry `p` belongs to the prompt's token `p`, and the first has none.
    var promptLogprobs: [TokenLogprobs?] = [nil]

    init(number: UInt64, request: GenerationRequest, promptHashes: [BlockHash]) {
        self.number = number
        self.request = request
        self.promptHashes = promptHashes
        liveChoices = Array(0..<request.choices)
    }

    /// First position whose logits are still wanted for the prompt's log-probabilities; nil: none are.
    var firstPromptLogprobPosition: Int? {
        guard request.promptLogprobs != nil, promptLogprobs.count < request.prompt.count else { return nil }
        return promptLogprobs.count - 1
    }
}
