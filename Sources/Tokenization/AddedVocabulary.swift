/// The added tokens, and where they occur in text.
struct AddedVocabulary: Sendable {
    /// A stretch of text, or a token in it.
    struct Segment {
        let range: Range<Int>
        /// nil: text.
        let id: Int32?
    }

    private(set) var tokens: [Int32: AddedToken] = [:]
    private var plain = TokenTrie()
    private var normalized = TokenTrie()

    init(_ tokens: [AddedToken], normalize: ([UInt8]) -> [UInt8]) {
        for token in tokens {
            self.tokens[token.id] = token
            let content = Array(token.content.utf8)
            if token.isNormalized {
                normalized.insert(normalize(content), id: token.id)
            } else {
                plain.insert(content, id: token.id)
            }
        }
    }

    var hasNormalizedTokens: Bool { !normalized.isEmpty }

    /// Splits text at the tokens that are looked for before it is normalised.
    func segmentsOfOriginal(_ bytes: [UInt8], allowingSpecialTokens: Bool) -> [Segment] {
        segments(bytes, plain, allowingSpecialTokens)
    }

    /// Splits normalised text at the tokens that are looked for in it.
    func segmentsOfNormalized(_ bytes: [UInt8], allowingSpecialTokens: Bool) -> [Segment] {
        segments(bytes, normalized, allowingSpecialTokens)
    }

    /// Matches are leftmost-longest and do not overlap, those that a flag then discards included.
    private func segments(_ bytes: [UInt8], _ trie: TokenTrie, _ allowingSpecialTokens: Bool) -> [Segment] {
        var segments: [Segment] = []
        var textStart = 0
        var position = 0
        var whitespace = 0..<0
        while !trie.isEmpty, let (id, match) = trie.firstMatch(in: bytes, from: position, to: bytes.count) {
            position = match.upperBound
            guard let token = tokens[id], allowingSpecialTokens || !token.isSpecial else { continue }
            if token.isSingleWord && Self.touchesWord(bytes, match) { continue }
            var start = match.lowerBound
            var end = match.upperBound
            while token.stripsLeft, start > textStart {
                var before = start
                guard UTF8Text.isWhitespace(UTF8Text.scalar(in: bytes, before: &before)) else { break }
                start = before
            }
            start = max(start, token.stripsLeft ? textStart : 0)
            if token.stripsRight {
                if !whitespace.contains(end) { whitespace = end..<Self.whitespaceEnd(bytes, end) }
                end = whitespace.upperBound
            }
            if textStart < start { segments.append(Segment(range: textStart..<start, id: nil)) }
            segments.append(Segment(range: start..<max(start, end), id: id))
            textStart = end
        }
        if textStart < bytes.count { segments.append(Segment(range: textStart..<bytes.count, id: nil)) }
        return segments
    }

    private static func whitespaceEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < bytes.count {
            var next = end
            guard UTF8Text.isWhitespace(UTF8Text.scalar(in: bytes, at: &next)) else { break }
            end = next
        }
        return end
    }

    private static func touchesWord(_ bytes: [UInt8], _ match: Range<Int>) -> Bool {
        var before = match.lowerBound
        if before > 0, UTF8Text.isWord(UTF8Text.scalar(in: bytes, before: &before)) { return true }
        var after = match.upperBound
        return after < bytes.count && UTF8Text.isWord(UTF8Text.scalar(in: bytes, at: &after))
    }
}
