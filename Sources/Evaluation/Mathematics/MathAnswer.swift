/// What an answer to a problem of mathematics says.
indirect enum MathAnswer: Sendable, Hashable {
    case expression(MathExpression)
    /// A point, a vector or an interval, with its brackets.
    case tuple([MathAnswer], open: Character, close: Character)
    /// Values whose order does not matter: `\{1, 2\}`, `1, 2`, `1 and 2`, `\pm 1`.
    case set([MathAnswer])
    /// Intervals joined by `\cup`, or inequalities by "or".
    case union([MathAnswer])
    case matrix([[MathAnswer]])
    case equation(MathAnswer, MathAnswer)
    /// An integer's digits in a base that stands behind it: `2516_8`.
    case based(digits: String, base: String)
    /// A number with a percent sign behind it.
    case percent(MathExpression)
    /// Words, or what the other readings do not understand.
    case text(String)

    /// Answers of more bytes are compared as texts.
    static let longest = 2000

    /// Reads an answer in LaTeX or in plain notation.
    init(_ text: String) {
        self = text.utf8.count > Self.longest ? .text(text) : MathAnswerParser.parse(LatexText.normalized(text))
    }
}
