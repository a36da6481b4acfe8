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

    func append(_ token: Int32) {
        tokens.append(token)
        history?.appendGenerated(token)
    }
}
