package import Tokenization

/// How a vocabulary writes the two tags around a chain of thought.
package struct ReasoningTags: Sendable, Equatable {
    package static let open = "<think>"
    package static let close = "</think>"

    /// nil where the tags are spelled with several tokens.
    package let openToken: Int32?
    package let closeToken: Int32?
    /// Tokens that end the search for an open tag in a prompt: all added ones but the tags.
    private let boundaries: Set<Int32>
    private let tokenizer: Tokenizer

    package init(tokenizer: Tokenizer, controlTokens: ControlTokens) {
        self.tokenizer = tokenizer
        let open = tokenizer.id(of: Self.open)
        let close = tokenizer.id(of: Self.close)
        let areTokens = open != nil && close != nil
        openToken = areTokens ? open : nil
        closeToken = areTokens ? close : nil
        boundaries = Set(controlTokens.tokens.map(\.id)).subtracting([open, close].compactMap { $0 })
    }

    package static func == (a: ReasoningTags, b: ReasoningTags) -> Bool {
        a.openToken == b.openToken && a.closeToken == b.closeToken && a.boundaries == b.boundaries
    }

    /// Where generation starts, by the end of the prompt.
    ///
    /// Only the turn that the model is about to write counts, which begins after the last control token.
    func start(after prompt: [Int32]) -> ReasoningStart {
        var turn = prompt.endIndex
        while turn > prompt.startIndex, !boundaries.contains(prompt[turn - 1]) {
            turn -= 1
            let token = prompt[turn]
            if openToken != nil, token == openToken || token == closeToken {
                let rest = prompt[(turn + 1)...]
                return ReasoningStart(
                    state: token == openToken ? .reasoning : .content,
                    followsTag: rest.allSatisfy { tokenizer.bytes(of: $0).allSatisfy(\.isWhitespace) })
            }
        }
        return openToken == nil ? spelledStart(after: prompt[turn...]) : .undecided
    }

    /// What the prompt has since its last opening tag, the tag included, if only white space follows the tag.
    func prefilledTag(of prompt: [Int32]) -> String? {
        guard start(after: prompt) == ReasoningStart(state: .reasoning, followsTag: true) else { return nil }
        let start =
            openToken.flatMap { prompt.lastIndex(of: $0) }
            ?? prompt.lastIndex(where: boundaries.contains).map { $0 + 1 } ?? 0
        let text = tokenizer.decode(prompt[start...], skippingSpecialTokens: false)
        guard let tag = text.lastRange(of: Self.open) else { return nil }
        return String(text[tag.lowerBound...])
    }

    private func spelledStart(after turn: ArraySlice<Int32>) -> ReasoningStart {
        let text = tokenizer.decode(turn, skippingSpecialTokens: false)
        let open = text.lastRange(of: Self.open)
        let close = text.lastRange(of: Self.close)
        guard let last = [open, close].compactMap({ $0 }).max(by: { $0.lowerBound < $1.lowerBound }) else {
            return .undecided
        }
        return ReasoningStart(
            state: last == open ? .reasoning : .content,
            followsTag: text[last.upperBound...].utf8.allSatisfy(\.isWhitespace))
    }
}

/// Where generated text starts.
struct ReasoningStart: Sendable, Equatable {
    var state: ReasoningSplitter.State
    /// Whether nothing but white space stands between the prompt's last tag and the generated text.
    var followsTag: Bool

    static let undecided = ReasoningStart(state: .undecided, followsTag: false)
}

extension String {
    /// The last occurrence of an ASCII text.
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        let pattern = Array(text.utf8)
        var start = utf8.index(endIndex, offsetBy: -pattern.count, limitedBy: startIndex)
        while let candidate = start {
            if utf8[candidate...].starts(with: pattern) {
                return candidate..<utf8.index(candidate, offsetBy: pattern.count)
            }
            start = candidate > startIndex ? utf8.index(before: candidate) : nil
        }
        return nil
    }
}

extension UInt8 {
    var isNewline: Bool { self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") }

    var isWhitespace: Bool { isNewline || self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
