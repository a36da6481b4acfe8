internal import JSON

/// Compares an answer as text.
package struct TextGrader: Grader {
    package enum Rule: String, Sendable {
        /// The answer is one of the gold ones; leniently, whatever the case and the full stop at the end.
        case exact
        /// One of the gold ones stands in the answer, whatever the case.
        case contains
        /// A regular expression finds something in the answer.
        case regex
    }

    let rule: Rule

    package var identity: String { "\(rule.rawValue) 1" }

    package init(rule: Rule) { self.rule = rule }

    package func grade(_ content: String, to question: Question) -> Verdict {
        let text = Self.collapsed(content)
        guard !text.isEmpty else { return Verdict(score: 0) }
        let golds = question.gold.arrayValue?.compactMap(\.stringValue) ?? question.gold.stringValue.map { [$0] } ?? []
        let isRight: Bool
        var isClose: Bool?
        switch rule {
        case .exact:
            isRight = golds.contains { Self.collapsed($0) == text }
            isClose = golds.contains { LatexText.trimmed($0).lowercased() == LatexText.trimmed(text).lowercased() }
        case .contains:
            isRight = golds.contains { text.lowercased().contains(Self.collapsed($0).lowercased()) }
        case .regex:
            isRight = golds.contains { pattern in (try? Regex(pattern)).map { content.contains($0) } ?? false }
        }
        return Verdict(
            score: isRight ? 1 : 0, lenientScore: isClose.map { $0 ? 1 : 0 }, answer: text, rule: rule.rawValue)
    }

    /// With one space for each run of white space.
    private static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
