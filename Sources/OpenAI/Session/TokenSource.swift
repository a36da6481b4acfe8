package import Engine

/// What completes prompts: the engine, or a stand-in for it.
package protocol TokenSource: Sendable {
    associatedtype Generation: TokenStream

    func submit(_ request: GenerationRequest) throws(EngineError) -> Generation
}

/// The events of one submitted request. Dropping its iterator, or cancelling the task that iterates, ends the work.
package protocol TokenStream: AsyncSequence, Sendable where Element == GenerationEvent, Failure == EngineError {
    /// Ends all choices.
    func cancel()
    /// Ends one choice.
    func cancel(choice: Int)
    /// Has all choices, or one, close their reasoning at the next token.
    func endReasoning(choice: Int?)
}
