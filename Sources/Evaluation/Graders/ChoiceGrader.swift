internal import JSON

/// Compares the letter that an answer chooses with the gold one.
///
/// The score follows ``ChoiceAnswer``; the verdict's detail says what the literal rule of simple-evals would give.
package struct ChoiceGrader: Grader {
    package let identity = "choice 1"

    package init() {}

    package func grade(_ content: String, to question: Question) -> Verdict {
        let count = question.optionOrder?.count ?? 4
        let gold = question.gold.stringValue
        let found = ChoiceAnswer(in: content, options: count)
        var verdict = Verdict(
            score: found != nil && found?.letter == gold ? 1 : 0, answer: found?.letter, rule: found?.rule.rawValue)
        let literal = ChoiceAnswer.literal(in: content, options: count)
        verdict.detail = ["literal": literal.map(JSONValue.string) ?? .null, "literalScore": literal == gold ? 1 : 0]
        return verdict
    }
}
