/// What a call came to, for metrics and logs. Times are in seconds.
package struct CompletionReport: Sendable {
    package enum Outcome: Sendable, Equatable {
        case completed
        /// The client left.
        case aborted
        case failed(APIError)
    }

    package var id: String
    package var model: String
    package var route: CompletionCall.Route
    package var isStreaming: Bool
    package var outcome: Outcome
    package var usage = Usage()
    /// `stop` or `length` for each choice; nil for one that did not end.
    package var finishReasons: [String?] = []
    /// Choices for each prompt.
    package var choices = 1
    package var maxTokens = 0
    /// From submission to the first step; nil: there was none.
    package var queueTime: Double?
    /// From the first step to the first token; nil: there was none.
    package var prefillTime: Double?
    /// From submission to the first token; nil: there was none.
    package var timeToFirstToken: Double?
    /// From the first token to the last.
    package var decodeTime: Double?
    /// From submission to the end.
    package var totalTime: Double
}

/// Is told about a call's progress, from the task that runs it.
package protocol CompletionObserver: Sendable {
    /// A token came.
    ///
    /// - Parameters:
    ///   - delay: seconds since the choice's token before, or since submission for its first one.
    ///   - isFirst: whether it is the choice's first one.
    func tokenArrived(after delay: Double, isFirst: Bool)

    /// The call ended, in whatever way; comes exactly once.
    func ended(_ report: CompletionReport)
}
