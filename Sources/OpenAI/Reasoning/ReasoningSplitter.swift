/// Splits generated text into the chain of thought and the answer.
///
/// Where the tags are tokens, the owner reports them by `take(_:)` and all text is literal; where they are spelled,
/// the splitter looks for them in the text and holds back what may become one. Only the first block is reasoning: tags
/// in an answer are text. A closing tag without an opening one ends an empty block as long as nothing was said.
///
/// The newlines around the tags belong to neither text, as in DeepSeek's own API: R1 writes `<think>\n…\n</think>\n\n…`
/// and clients see `…` and `…`. They and the tags are marks: all pieces together are the whole text. White space that is
/// not next to a tag is kept.
struct ReasoningSplitter: Sendable {
    enum State: Sendable, Equatable {
        /// Nothing but white space so far; an opening tag would start reasoning.
        case undecided
        case reasoning
        case content
    }

    enum Tag: Sendable {
        case open, close

        var text: String { self == .open ? ReasoningTags.open : ReasoningTags.close }
    }

    enum Section: Sendable {
        case reasoning, content
        /// A tag with the newlines around it.
        case mark
    }

    /// Text of one section.
    struct Piece: Sendable, Equatable {
        var section: Section
        var text: String
        /// Where the piece stands in the generated text, in UTF-8 bytes.
        var start: Int
    }

    private(set) var state: State
    private let tagsAreSpelled: Bool
    /// Length of the text taken so far in bytes.
    private var position = 0
    /// Undecided: the white space at the start. Reasoning: newlines that a closing tag may follow.
    private var held = ""
    /// Spelled tags: text that may become one.
    private var partialTag = ""
    /// Whether newlines are dropped until other text comes.
    private var dropsNewlines: Bool

    init(_ start: ReasoningStart, tagsAreSpelled: Bool) {
        state = start.state
        dropsNewlines = start.followsTag
        self.tagsAreSpelled = tagsAreSpelled
    }

    /// Passes everything as content.
    static let none = ReasoningSplitter(ReasoningStart(state: .content, followsTag: false), tagsAreSpelled: false)

    /// Acts on a tag; nil if it is text in this place.
    mutating func take(_ tag: Tag) -> Piece? {
        switch (state, tag) {
        case (.undecided, .open):
            state = .reasoning
        case (.undecided, .close), (.reasoning, .close):
            state = .content
        case (.reasoning, .open) where dropsNewlines:
            // The model repeats the tag that the prompt gave it.
            break
        default:
            return nil
        }
        let mark = Piece(section: .mark, text: held + tag.text, start: position - held.utf8.count)
        position += tag.text.utf8.count
        held = ""
        dropsNewlines = true
        return mark
    }

    mutating func append(_ text: String) -> [Piece] {
        guard tagsAreSpelled, state != .content else { return take(text) }
        var result: [Piece] = []
        var rest = partialTag + text
        partialTag = ""
        while state != .content, let (tag, range) = firstTag(in: rest) {
            result += take(String(rest[..<range.lowerBound]))
            if state != .content, let mark = take(tag) {
                result.append(mark)
            } else {
                result += take(tag.text)
            }
            rest = String(rest[range.upperBound...])
        }
        if state != .content {
            let kept = partialTagLength(at: rest)
            let cut = rest.utf8.index(rest.endIndex, offsetBy: -kept)
            partialTag = String(rest[cut...])
            rest = String(rest[..<cut])
        }
        result += take(rest)
        if state == .content {
            // The text before it was an answer's beginning, so that it is no tag.
            result += take(partialTag)
            partialTag = ""
        }
        return result
    }

    /// Releases what was held: no tag can follow.
    mutating func finish() -> [Piece] {
        let rest = partialTag
        partialTag = ""
        var result = take(rest)
        if !held.isEmpty {
            let start = position - held.utf8.count
            result.append(Piece(section: state == .reasoning ? .reasoning : .content, text: held, start: start))
            held = ""
        }
        return result
    }

    private mutating func take(_ text: String) -> [Piece] {
        guard !text.isEmpty else { return [] }
        position += text.utf8.count
        var result: [Piece] = []
        var text = held + text
        held = ""
        if dropsNewlines {
            let cut = text.utf8.firstIndex { !$0.isNewline } ?? text.endIndex
            if cut > text.startIndex {
                result.append(
                    Piece(section: .mark, text: String(text[..<cut]), start: position - text.utf8.count))
            }
            text = String(text[cut...])
            if text.isEmpty { return result }
            dropsNewlines = false
        }
        switch state {
        case .undecided:
            guard text.utf8.contains(where: { !$0.isWhitespace }) else {
                held = text
                return result
            }
            state = .content
        case .reasoning:
            let newlines = text.utf8.reversed().prefix(while: \.isNewline).count
            let cut = text.utf8.index(text.endIndex, offsetBy: -newlines)
            held = String(text[cut...])
            text = String(text[..<cut])
        case .content:
            break
        }
        if !text.isEmpty {
            let start = position - held.utf8.count - text.utf8.count
            result.append(Piece(section: state == .reasoning ? .reasoning : .content, text: text, start: start))
        }
        return result
    }

    private func firstTag(in text: String) -> (Tag, Range<String.Index>)? {
        var start = text.startIndex
        while let candidate = text.utf8[start...].firstIndex(of: UInt8(ascii: "<")) {
            for tag in [Tag.open, .close] where text.utf8[candidate...].starts(with: tag.text.utf8) {
                return (tag, candidate..<text.utf8.index(candidate, offsetBy: tag.text.utf8.count))
            }
            start = text.utf8.index(after: candidate)
        }
        return nil
    }

    /// Length of the longest end of `text` that begins a tag.
    private func partialTagLength(at text: String) -> Int {
        let length = text.utf8.count
        for count in stride(from: min(length, ReasoningTags.close.utf8.count - 1), to: 0, by: -1) {
            let end = text.utf8.suffix(count)
            if ReasoningTags.open.utf8.starts(with: end) || ReasoningTags.close.utf8.starts(with: end) { return count }
        }
        return 0
    }
}
