/// Where one choice stands between its reasoning tags: a function of its tokens, and of when it was told to end.
struct ReasoningState: Sendable {
    /// Tokens that closing waits for while a character or a tag is unfinished.
    private static let patience = 3

    private let guide: ReasoningGuide
    /// Whether every token that opens no reasoning begins the answer: where a grammar waits for it.
    private let decidesAtOnce: Bool
    private(set) var section: ReasoningGuide.Section
    /// Tokens between the tags.
    private var count = 0
    private var isTold = false
    private var waited = 0
    private var openingPosition = 0
    /// Of the next closing token; nil: closing has not begun.
    private var closingPosition: Int?
    /// The latest text: what may become a spelled tag or ends inside a character.
    private var tail: [UInt8] = []

    init(_ guide: ReasoningGuide, decidesAtOnce: Bool) {
        self.guide = guide
        self.decidesAtOnce = decidesAtOnce
        section = guide.start
        closeIfDue()
    }

    /// The token that must come next.
    var forced: Int32? {
        if openingPosition < guide.opening.count { return guide.opening[openingPosition] }
        guard let closingPosition, closingPosition < guide.closing.count else { return nil }
        return guide.closing[closingPosition]
    }

    mutating func end() {
        isTold = true
        closeIfDue()
    }

    /// What of a token belongs to the answer.
    enum AnswerPart: Equatable {
        case nothing, token
        /// What follows a spelled tag in its last token.
        case bytes([UInt8])
    }

    mutating func advance(by token: Int32) -> AnswerPart {
        let isForced = forced != nil
        if openingPosition < guide.opening.count {
            openingPosition += 1
        } else if let position = closingPosition, position < guide.closing.count {
            closingPosition = position + 1
        }
        let part = take(token)
        if section == .reasoning { closeIfDue() }
        // What is forced behind the close tag belongs to it.
        return isForced ? .nothing : part
    }

    private mutating func take(_ token: Int32) -> AnswerPart {
        switch section {
        case .answer: return .token
        case .undecided:
            if guide.open == .token(token) { return enter(.reasoning, rest: []) }
            if guide.close == .token(token) { return enter(.answer, rest: []) }
            if decidesAtOnce { return enter(.answer, rest: nil) }
            tail += guide.bytes(token)
            tail.removeFirst(tail.prefix { [0x20, 0x09, 0x0a, 0x0d].contains($0) }.count)
            if case .text(let tag) = guide.open, tail.starts(with: tag) {
                return enter(.reasoning, rest: Array(tail.dropFirst(tag.count)))
            }
            if case .text(let tag) = guide.close, tail.starts(with: tag) {
                return enter(.answer, rest: Array(tail.dropFirst(tag.count)))
            }
            return tail.isEmpty || isPartialTag(tail) ? .nothing : enter(.answer, rest: nil)
        case .reasoning:
            if guide.close == .token(token) { return enter(.answer, rest: []) }
            if guide.open == .token(token) { return .nothing }
            count += 1
            return search(guide.bytes(token))
        }
    }

    /// - Parameter rest: text behind the tag that led here; nil: the whole token is the answer's.
    private mutating func enter(_ section: ReasoningGuide.Section, rest: [UInt8]?) -> AnswerPart {
        self.section = section
        tail = []
        guard let rest else { return .token }
        if section == .reasoning { return rest.isEmpty ? .nothing : search(rest) }
        let text = rest.drop { $0 == 0x0a || $0 == 0x0d }
        return text.isEmpty ? .nothing : .bytes(Array(text))
    }

    /// Looks for a spelled close tag in the text of the reasoning.
    private mutating func search(_ bytes: [UInt8]) -> AnswerPart {
        tail += bytes
        var kept = 3
        if case .text(let tag) = guide.close {
            kept = max(kept, tag.count - 1)
            var start = 0
            while start + tag.count <= tail.count {
                if tail[start...].starts(with: tag) {
                    return enter(.answer, rest: Array(tail[(start + tag.count)...]))
                }
                start += 1
            }
        }
        tail.removeFirst(max(0, tail.count - kept))
        return .nothing
    }

    private func isPartialTag(_ text: [UInt8]) -> Bool {
        for case .text(let tag) in [guide.open, guide.close] where tag.starts(with: text) { return true }
        return false
    }

    /// Begins to close when the budget is spent, unless the text should go on a little first.
    private mutating func closeIfDue() {
        guard section == .reasoning, closingPosition == nil, openingPosition == guide.opening.count else { return }
        guard isTold || guide.budget.map({ count >= $0 }) ?? false else { return }
        if isUnfinished, waited < Self.patience {
            waited += 1
        } else {
            closingPosition = 0
        }
    }

    /// Whether the text ends inside a character or a spelled close tag.
    private var isUnfinished: Bool {
        if case .text(let tag) = guide.close {
            for length in 1..<tag.count where tail.suffix(length).elementsEqual(tag.prefix(length)) { return true }
        }
        for (behind, byte) in tail.reversed().prefix(3).enumerated() where byte & 0xc0 != 0x80 {
            return byte >= 0xc2 && behind < (byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3)
        }
        return false
    }
}
