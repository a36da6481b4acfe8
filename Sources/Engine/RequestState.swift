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

    /// Choices that were told to end their reasoning before they had a token.
    private var choicesToldToAnswer: Set<Int> = []
    /// What a choice's first token is held to, and that of a choice that was told.
    private let startConstraint: TokenConstraint
    private var toldStartConstraint: TokenConstraint?

    /// Throws when the guidance leaves no first token.
    init(number: UInt64, request: GenerationRequest, promptHashes: [BlockHash]) throws(EngineError) {
        self.number = number
        self.request = request
        self.promptHashes = promptHashes
        liveChoices = Array(0..<request.choices)
        startConstraint = try request.constraint(request.guidance.map { GuidanceState($0) }, after: []) ?? .none
    }

    func startGuidance(ofChoice choice: Int) -> GuidanceState? {
        guard let guidance = request.guidance else { return nil }
        var state = GuidanceState(guidance)
        if choicesToldToAnswer.contains(choice) { state.endReasoning() }
        return state
    }

    func startConstraint(ofChoice choice: Int) -> TokenConstraint {
        choicesToldToAnswer.contains(choice) ? toldStartConstraint ?? startConstraint : startConstraint
    }

    /// Has a choice that has no token yet close its reasoning at once.
    func endReasoning(ofChoice choice: Int) throws(EngineError) {
        guard choicesToldToAnswer.insert(choice).inserted, toldStartConstraint == nil else { return }
        toldStartConstraint = try request.constraint(startGuidance(ofChoice: choice), after: [])
    }

    /// First position whose logits are still wanted for the prompt's log-probabilities; nil: none are.
    var firstPromptLogprobPosition: Int? {
        guard request.promptLogprobs != nil, promptLogprobs.count < request.prompt.count else { return nil }
        return promptLogprobs.count - 1
    }
}

extension GenerationRequest {
    /// What the token after `generated` is held to; see `GuidanceState`.
    func constraint(
        _ state: GuidanceState?, after generated: ArraySlice<Int32>, maskSteps: Int? = nil
    ) throws(EngineError) -> TokenConstraint? {
        let stops = generated.count < minTokens ? stopTokens.sorted() : []
        guard let state else { return TokenConstraint(banned: stops) }
        return try state.constraint(after: generated, stops: stops, maskSteps: maskSteps)
    }
}
