/// One choice of one request: its tokens, how many of them are in the cache, and in which blocks.
///
/// Only a running sequence holds blocks, so that whatever waits can never keep memory from what runs.
package final class TokenSequence {
    package let request: RequestState
    package internal(set) var choice: Int
    /// Prompt and generated tokens.
    package internal(set) var tokens: [Int32]
    /// Positions whose keys and values are in `blocks`.
    package internal(set) var computed = 0
    /// Block numbers by position / block size.
    package internal(set) var blocks: [Int32] = []
    /// Hashes of the full blocks of `tokens`, as far as they were needed.
    var hashes: [BlockHash]
    /// Kept where a penalty asks for it.
    var history: TokenHistory?
    /// Kept where the request has guidance.
    private var guidance: GuidanceState?
    /// What the next token is held to; nil: the grammar's mask takes longer than a step waits for it.
    private var constraint: TokenConstraint? = TokenConstraint.none
    /// Steps that the mask was not ready in.
    private var failedAttempts = 0
    /// After so many the mask gets all the work that it may take, at once.
    private static let mostAttempts = 50

    /// A sequence that has the prompt only.
    init(request: RequestState, choice: Int) {
        self.request = request
        self.choice = choice
        tokens = request.request.prompt
        hashes = request.promptHashes
        if request.request.sampling.hasPenalties { history = TokenHistory(prompt: tokens) }
    }

    var promptLength: Int { request.request.prompt.count }
    var generatedCount: Int { tokens.count - promptLength }
    /// Tokens that must be computed before the next one can be drawn.
    var remaining: Int { tokens.count - computed }

    /// Priority, then age: smaller goes first and is preempted last.
    static func precedes(_ a: TokenSequence, _ b: TokenSequence) -> Bool {
        (a.request.request.priority, a.request.number, a.choice) < (
            b.request.request.priority, b.request.number, b.choice
        )
    }

    /// From here on the sequence stands for its own choice alone, at its first token.
    func beginChoice() { guidance = request.startGuidance(ofChoice: choice) }

    /// Throws when the guidance cannot be followed any further.
    func append(_ token: Int32) throws(EngineError) {
        tokens.append(token)
        history?.appendGenerated(token)
        try guidance?.advance(by: token)
    }

    /// Finds out what the next token is held to; called after each change, and again while it awaits a mask.
    func prepareConstraint(maskSteps: Int) throws(EngineError) {
        constraint = try request.request.constraint(
            guidance, after: tokens[promptLength...],
            maskSteps: failedAttempts < Self.mostAttempts ? maskSteps : nil)
        failedAttempts = constraint == nil ? failedAttempts + 1 : 0
    }

    /// Whether the next token cannot be drawn yet.
    var awaitsMask: Bool { constraint == nil }

    /// What the next token of a choice is held to. Until the prompt is computed the sequence stands for all choices.
    func constraint(ofChoice choice: Int) -> TokenConstraint {
        guard request.promptIsComputed else { return request.startConstraint(ofChoice: choice) }
        guard let constraint else { preconditionFailure("a token was to be drawn before its mask was there") }
        return constraint
    }

    /// The token that comes next without a draw.
    var forcedToken: Int32? { constraint?.forced }

    /// Whether the answer's grammar allows nothing more.
    var isComplete: Bool { guidance?.isComplete ?? false }

    /// Has reasoning close at the next token.
    func endReasoning() { guidance?.endReasoning() }
}
