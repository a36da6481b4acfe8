extension EngineError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .promptTooLong(let tokens, let limit):
            "the prompt has \(tokens) tokens, and a sequence holds \(limit) with at least one generated; shorten it"
        case .queueFull(let waiting, let seconds):
            "\(waiting) requests wait already; try again in \(seconds) s"
        case .shuttingDown:
            "the server is shutting down"
        case .runnerFailed(let reason):
            "the model could not be run: \(reason)"
        case .invalidRequest(let field, let reason):
            "\(field) \(reason)"
        case .constraintFailed(let reason):
            "the output cannot follow its constraint: \(reason)"
        }
    }
}
