/// What becomes of a model's chain of thought in chat responses.
package enum ReasoningFormat: Sendable, Equatable {
    /// It goes to `reasoning_content`, without its tags.
    case separate(ReasoningTags)
    /// It stays in `content` with its tags. A tag that the prompt ends with is repeated there: the text is whole.
    case inline(ReasoningTags)

    var tags: ReasoningTags {
        switch self {
        case .separate(let tags), .inline(let tags): tags
        }
    }
}
