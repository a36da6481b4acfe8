internal import Grammar

/// Where one choice's answer stands in its grammar.
struct AnswerState: Sendable {
    private let guide: AnswerGuide
    /// nil: no trigger came, or its grammar came to an end.
    private var matcher: GrammarMatcher?
    /// Text that may become the trigger.
    private var tail: [UInt8] = []

    init(_ guide: AnswerGuide) {
        self.guide = guide
        if guide.trigger == nil { matcher = GrammarMatcher(guide.grammar) }
    }

    /// The tokens that may come next; nil: all.
    func mask(steps: Int?) throws(GrammarError) -> TokenMask? { try matcher?.mask(steps: steps) }

    /// Whether nothing may follow.
    var isAtEnd: Bool { guide.trigger == nil && matcher?.mustEnd ?? false }

    /// Goes on by a token; false where the grammar does not allow it.
    mutating func advance(by token: Int32) throws(GrammarError) -> Bool {
        guard matcher != nil else {
            try search(token)
            return true
        }
        guard try matcher?.accept(token) ?? true else { return false }
        leaveIfDone()
        return true
    }

    /// Goes on by text that stood in one token with a tag.
    mutating func advance(by bytes: [UInt8]) throws(GrammarError) -> Bool {
        guard matcher != nil else {
            try search(bytes)
            return true
        }
        return try matcher?.accept(bytes) ?? true
    }

    private mutating func leaveIfDone() {
        guard guide.trigger != nil, matcher?.mustEnd ?? false else { return }
        matcher = nil
        tail = []
    }

    private mutating func search(_ token: Int32) throws(GrammarError) {
        if case .token(token)? = guide.trigger {
            matcher = GrammarMatcher(guide.grammar)
        } else {
            try search(guide.grammar.vocabulary.bytes(of: token))
        }
    }

    /// What follows a spelled trigger in its last token belongs to the grammar; where that does not allow it, the text
    /// was none of the grammar's after all.
    private mutating func search(_ bytes: some Sequence<UInt8>) throws(GrammarError) {
        guard case .text(let trigger)? = guide.trigger, !trigger.isEmpty else { return }
        tail += bytes
        var start = 0
        while start + trigger.count <= tail.count {
            if tail[start...].starts(with: trigger) {
                var matcher = GrammarMatcher(guide.grammar)
                if try matcher.accept(tail[(start + trigger.count)...]) {
                    self.matcher = matcher
                    leaveIfDone()
                    return
                }
            }
            start += 1
        }
        tail.removeFirst(max(0, tail.count - trigger.count + 1))
    }
}
