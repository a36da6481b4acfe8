/// What comes while an answer is awaited.
package enum AnswerEvent: Hashable, Sendable {
    /// The completion's name at the server.
    case identifier(String)
    /// Prompt tokens read, of how many.
    case progress(Int, of: Int)
    case reasoning(String)
    case content(String)
    case finish(String)
    /// Counted so far.
    case usage(prompt: Int?, cached: Int?, completion: Int?, reasoning: Int?)
    /// Tokens a second by the server's clock.
    case rate(Double)
}
