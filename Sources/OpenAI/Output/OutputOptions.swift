internal import Engine

/// How a choice's tokens become text.
struct OutputOptions: Sendable {
    /// Which tokens a response lists with log-probabilities.
    enum LogprobLayout: Sendable {
        /// OpenAI's chat: the tokens that the two texts are made of, so that they add up to the texts.
        case messageTokens
        /// OpenAI's text completions: every generated token, the end included.
        case everyToken
    }

    /// nil: text completions, where everything is content and tags are text.
    var reasoning: ReasoningFormat?
    /// Whether separate reasoning comes in one delta when it ends.
    var holdsReasoning = false
    /// Text of the prompt's last message, which the response begins with.
    var echo = ""
    /// nil: calls are content.
    var tools: ToolReading?
    /// Searched for in the answer's content alone.
    var stopStrings = StopStrings([])
    /// Stop strings do not act within so many tokens.
    var minTokens = 0
    var includesStopString = false
    var skipsSpecialTokens = true
    /// The model's own ends of text, as far as they end this choice.
    var endTokens: Set<Int32> = []
    /// Tokens that the request wants to stop at.
    var stopTokens: Set<Int32> = []
    /// nil: none are wanted.
    var logprobs: LogprobLayout?
}
