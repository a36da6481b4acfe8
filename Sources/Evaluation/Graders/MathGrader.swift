internal import JSON

/// Compares the boxed answer with the gold one by ``MathEquality``.
package struct MathGrader: Grader {
    /// Whether answers are integers that must be given exactly, as AIME's.
    let isInteger: Bool

    package init(isInteger: Bool = false) { self.isInteger = isInteger }

    package var identity: String { isInteger ? "integer 1" : "math 1" }

    package func grade(_ content: String, to question: Question) -> Verdict {
        let gold = MathAnswer(question.gold.plainText ?? "")
        guard let strict = BoxedAnswer(in: content) else {
            let last = BoxedAnswer(in: content, isLenient: true)
            let isRight = last.map { isEqual(gold, MathAnswer($0.text), isLenient: true) } ?? false
            return Verdict(score: 0, lenientScore: isRight ? 1 : 0)
        }
        let answer = MathAnswer(strict.text)
        let isRight = isEqual(gold, answer, isLenient: false)
        return Verdict(
            score: isRight ? 1 : 0, lenientScore: isRight || isEqual(gold, answer, isLenient: true) ? 1 : 0,
            answer: strict.text, rule: strict.rule.rawValue)
    }

    package func isSame(_ answer: String, _ other: String) -> Bool {
        answer == other || isEqual(MathAnswer(answer), MathAnswer(other), isLenient: false)
    }

    private func isEqual(_ gold: MathAnswer, _ answer: MathAnswer, isLenient: Bool) -> Bool {
        (isLenient && !isInteger ? MathEquality.lenient : .strict).holds(gold, answer)
    }
}
