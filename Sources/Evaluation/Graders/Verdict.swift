package import JSON

/// What a grader says of one answer.
package struct Verdict: Sendable, Equatable {
    /// From 0 to 1: what counts.
    package var score: Double
    /// The same under the grader's forgiving rules, where it has some.
    package var lenientScore: Double?
    /// The answer that was found, which samples vote with; nil where none was found.
    package var answer: String?
    /// Which rule found it.
    package var rule: String?
    /// What else the grader tells, such as each instruction's result or the judge's letter.
    package var detail: JSONValue?

    package init(score: Double, lenientScore: Double? = nil, answer: String? = nil, rule: String? = nil) {
        self.score = score
        self.lenientScore = lenientScore
        self.answer = answer
        self.rule = rule
    }
}
