/// How a choice reasons: where it starts, how its tags are written, and what ends its reasoning early.
///
/// Reasoning ends at the close tag. When `budget` tokens are spent, or the consumer asks for it, `closing` is forced
/// token by token and the answer follows; inside an unfinished character or spelled tag that waits for a few tokens.
package struct ReasoningGuide: Sendable {
    package enum Section: Sendable, Equatable {
        /// Nothing but white space so far: an open tag starts reasoning, anything else the answer.
        case undecided
        case reasoning
        case answer
    }

    package enum Tag: Sendable, Equatable {
        case token(Int32)
        /// Spelled with several tokens.
        case text([UInt8])
    }

    /// Where the first generated token stands, by the prompt's tail.
    package var start: Section
    package var open: Tag
    package var close: Tag
    /// Forced before anything else: the open tag where model and template leave it out.
    package var opening: [Int32] = []
    /// Most tokens between the tags; 0 closes at once, nil never.
    package var budget: Int?
    /// What ends reasoning early: words to the reader, the close tag, and what the model writes behind it.
    package var closing: [Int32]
    /// Line breaks, one of which may stand between the close tag and an answer that follows a grammar.
    package var separators: Set<Int32> = []
    /// The text of a token.
    package var bytes: @Sendable (Int32) -> [UInt8]

    package init(
        start: Section, open: Tag, close: Tag, closing: [Int32], bytes: @escaping @Sendable (Int32) -> [UInt8]
    ) {
        self.start = start
        self.open = open
        self.close = close
        self.closing = closing
        self.bytes = bytes
    }
}
