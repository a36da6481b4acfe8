/// Finds the final answer in what a model wrote.
struct BoxedAnswer: Sendable, Equatable {
    /// Which rule found it.
    enum Rule: String, Sendable, CaseIterable {
        /// The last `\boxed{…}`.
        case boxed
        /// "The final answer is $…$. I hope it is correct."
        case minerva
        /// "The answer is …", 答案是….
        case stated
        /// The last number of the text.
        case lastNumber = "last_number"
    }

    var text: String
    var rule: Rule

    /// nil where there is none. The last number counts only where `isLenient`.
    init?(in content: String, isLenient: Bool = false) {
        if let boxed = Self.lastBox(in: content) {
            self.init(text: boxed, rule: .boxed)
        } else if let match = content.matches(of: #/[Ff]inal answer is:?\s*\$?(.+?)\$?\.? I hope it is correct/#).last {
            self.init(text: String(match.1), rule: .minerva)
        } else if let match = content.matches(of: #/(?:[Aa]nswer is:?|答案是|答案为|答案[:：])\s*([^\n]+)/#).last {
            self.init(text: Self.firstSentence(match.1), rule: .stated)
        } else if isLenient, let match = content.matches(of: #/-?\d[\d,]*(?:\.\d+)?/#).last {
            self.init(text: String(match.0), rule: .lastNumber)
        } else {
            return nil
        }
    }

    private init(text: String, rule: Rule) {
        self.text = text
        self.rule = rule
    }

    /// The content of the last `\boxed{…}` or `\fbox{…}` that is closed, or the word behind a bare `\boxed`.
    private static func lastBox(in content: String) -> String? {
        for match in content.matches(of: #/\\(?:boxed|fbox)\s*/#).reversed() {
            if let (inner, _) = LatexText.group(in: content, at: match.range.upperBound) { return String(inner) }
            let word = content[match.range.upperBound...].prefix { !$0.isWhitespace && $0 != "$" && $0 != "{" }
            if !word.isEmpty { return String(word) }
        }
        return nil
    }

    /// Up to a full stop that ends a sentence, which one inside a number does not.
    private static func firstSentence(_ text: Substring) -> String {
        if let end = text.firstMatch(of: #/\.(?:\s|$)|。/#) { return String(text[..<end.range.lowerBound]) }
        return String(text)
    }
}
