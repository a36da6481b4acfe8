/// What becomes of a model's chain of thought in chat responses.
package struct ReasoningFormat: Sendable, Equatable {
    package enum Presentation: Sendable, Equatable {
        /// It goes to `reasoning_content`, without its tags.
        case separate
        /// It stays in `content` with its tags. A tag that the prompt ends with is repeated there: the text is whole.
        case inline
        /// Both of these.
        case both
        /// It is not shown, but counted.
        case hidden

        var isSeparate: Bool { self == .separate || self == .both }

        var isInline: Bool { self == .inline || self == .both }
    }

    package var tags: ReasoningTags
    package var presentation: Presentation

    package static func separate(_ tags: ReasoningTags) -> ReasoningFormat {
        ReasoningFormat(tags: tags, presentation: .separate)
    }

    package static func inline(_ tags: ReasoningTags) -> ReasoningFormat {
        ReasoningFormat(tags: tags, presentation: .inline)
    }
}
