import JSON

/// Compares the boxed answer word for word, numbers by value. Order counts, since some answers are sorted lists.
struct BuiltinGrader: Grader {
    let identity = "builtin 1"

    func grade(_ content: String, to question: Question) -> Verdict {
        guard let found = BoxedAnswer(in: content) else { return Verdict(score: 0) }
        let answer = Self.normal(found.text)
        let isRight = answer == Self.normal(question.gold.stringValue ?? "")
        return Verdict(score: isRight ? 1 : 0, answer: answer, rule: found.rule.rawValue)
    }

    /// Lower case, single spaces, no dollar signs and no full stop at the end; numbers without zeros that say nothing.
    private static func normal(_ text: String) -> String {
        var words = text.lowercased().filter { $0 != "$" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if words.hasSuffix(".") { words.removeLast() }
        guard let number = Rational(decimal: words) else { return words }
        return number.isInteger ? "\(number.numerator)" : "\(number.numerator)/\(number.denominator)"
    }
}
