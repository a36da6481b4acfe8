internal import JSON

/// Grades each question by the grader that its row names.
package struct CustomGrader: Grader {
    package enum Kind: String, Sendable, CaseIterable {
        case math, choice, exact, contains, regex, f1, judge
        case yesNo = "yes-no"
    }

    package let identity = "custom 1"
    private let judge: (any Judge)?

    package init(judge: (any Judge)?) { self.judge = judge }

    /// The gold value has `grader` and `answer`.
    package func grade(_ content: String, to question: Question) async throws -> Verdict {
        var inner = question
        inner.gold = question.gold["answer"] ?? .null
        let kind = Kind(rawValue: question.gold["grader"]?.stringValue ?? "") ?? .exact
        return try await grader(kind).grade(content, to: inner)
    }

    /// Formulas vote as ``MathGrader`` has it; other answers as they are written.
    package func isSame(_ answer: String, _ other: String) -> Bool {
        if answer == other { return true }
        let isFormula = { (text: String) in text.utf8.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }
        return isFormula(answer) && isFormula(other) && MathGrader().isSame(answer, other)
    }

    private func grader(_ kind: Kind) -> any Grader {
        switch kind {
        case .math: MathGrader()
        case .choice: ChoiceGrader()
        case .exact: TextGrader(rule: .exact)
        case .contains: TextGrader(rule: .contains)
        case .regex: TextGrader(rule: .regex)
        case .f1: DropGrader()
        case .judge: JudgeGrader(judge: judge, language: .english)
        case .yesNo: YesNoGrader()
        }
    }
}
