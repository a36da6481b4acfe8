/// What became of a sample.
enum Outcome: String, Sendable, CaseIterable {
    /// Half the points or more.
    case right
    case wrong
    /// Cut at the token limit: wrong, but for another reason.
    case truncated
}

extension Sample {
    /// nil where there is nothing to score: an error, or no verdict yet.
    var outcome: Outcome? {
        if error != nil { return nil }
        if isTruncated { return .truncated }
        return verdict.map { $0.score >= 0.5 ? .right : .wrong }
    }
}
