internal import Engine

extension APIError {
    /// What a client is told about an error of the engine.
    ///
    /// - Parameter param: the field that holds the prompt.
    init(_ error: EngineError, param: String) {
        switch error {
        case .promptTooLong(let tokens, let limit):
            self = .contextLengthExceeded(tokens: tokens, completion: nil, limit: limit, param: param)
        case .queueFull(let waiting, let seconds):
            self = .rateLimited("The server is busy: \(waiting) requests are waiting already.", retryAfter: seconds)
        case .shuttingDown:
            self = .unavailable("The server is shutting down.", retryAfter: 5)
        case .runnerFailed(let reason):
            self = .internal("The model could not be run: \(reason)")
        case .invalidRequest(let field, let reason):
            self = .invalidRequest("'\(field)' \(reason)", param: field)
        case .constraintFailed(let reason):
            self = .invalidRequest("The output cannot follow its constraint: \(reason)", code: "constraint_failed")
        }
    }
}
