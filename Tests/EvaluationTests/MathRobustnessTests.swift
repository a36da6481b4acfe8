import JSON
import Testing

@testable import Evaluation

/// Answers that are made to take for ever or to crash.
struct MathRobustnessTests {
    @Test(arguments: [
        "9^{9^{9^9}}", "9^{9^{9^{9^{9^9}}}}", "(9^{9999})^{9999}", "2^{-99999999999999999999}", "0^{-1}", "1/0",
        "\\frac{1}{0}", "99999999999999999999!", "(-1)!", "500!^{500}", "1000!", "((((500!)!)!)!)!",
        "\\binom{10^9}{10^8}",
        "\\binom{500}{250}^{99}", "\\sqrt[10^9]{2}", "\\sqrt[0]{2}", "\\sqrt[-1]{2}", "\\log_1 2", "\\log_0 0",
        "\\tan(\\pi/2)",
        "10^{8000}+10^{8000}", "1e9999", "1e-9999", "1e99999999999", "0.\\overline{}", "0.\\overline{99999999}", "x_{",
        "\\pm",
        "\\pm\\pm\\pm\\pm\\pm\\pm\\pm\\pm\\pm\\pm\\pm\\pm 1", "\\begin{pmatrix}\\end{pmatrix}", "\\begin{array}{",
        "\\begin{array}{c",
        "\\begin{array}{\\end{array}", "\\{\\}", "\\{", "()", "(,)", "[", "]", "=", "==", "<", "x<", "<x<", "\\in ",
        "\\",
        "\\\\", "{", "}", "^", "_", "a_", "a^", "|", "||", "\\frac", "\\frac{", "\\sqrt[", "\\text{", "\\boxed{",
        "\\left",
        "\\left.", "%", "%%", "1%%", "-", "+-+-", "!", "\u{1}", "\u{1}\u{2}", "\u{2}1\u{1}", "é", "🙂", "\u{0}",
        "1\u{301}", "٣",
        "１２", "²", "½", "Ⅷ", "一", "inf", "nan", "\\infty-\\infty", "0\\cdot\\infty", "i^i", "\\floor",
        "\\lfloor\\infty\\rfloor",
    ])
    func `strange answers have a verdict`(answer: String) {
        for text in [
            answer, "x=\(answer)", "(\(answer),\(answer))", "\\frac{\(answer)}{\(answer)}", "\(answer)\\text{ cm}",
        ] {
            let read = MathAnswer(text)
            for gold in ["1", "\\sqrt{2}", "(1,2)", "x^2", "\\text{east}", "15\\%"] {
                #expect(!MathEquality.strict.holds(MathAnswer(gold), read) || text.contains { "1x".contains($0) })
                _ = MathEquality.lenient.holds(read, MathAnswer(gold))
            }
            _ = MathEquality.strict.holds(read, MathAnswer(text))
        }
    }

    @Test(arguments: [
        "(", "[", "{", "\\{", "-", "+", "1+", "1/", "x", "x^", "2!", "\\frac{", "\\frac1", "\\sqrt", "\\sqrt{", "|",
        "\\left(", "1,",
        "(1,", "((1,2),", "x=", "\\pm", "1\\cup", "x<", "\\text{", "\\text{a}", "\\boxed{", "\\boxed", "9^", "a_",
        "\\sin", "\\log_",
        "\\begin{pmatrix}", "&", "\\\\", "Answer:", "答案：", "answer is ", "I hope it is correct", "$", "**", ". ", "或",
        "%",
    ])
    func `what repeats without end has a verdict`(piece: String) {
        let question = Question(id: "1", prompt: "", gold: "1")
        for count in [60, 1900, 20_000] {
            let text = String(repeating: piece, count: max(count / piece.utf8.count, 1))
            #expect(!MathEquality.strict.holds(MathAnswer("12"), MathAnswer(text)))
            #expect(MathGrader().grade("\\boxed{\(text)", to: question).score == 0)
            _ = MathGrader().grade(text + "}", to: question)
            _ = MathGrader().grade("\\boxed{\(text)}", to: question)
            _ = ChoiceGrader().grade(text, to: question)
            _ = YesNoGrader().grade(text, to: question)
        }
    }

    @Test func `answers drawn from pieces of formulas have a verdict that is the same both ways`() {
        let pieces = [
            "1", "2", "0", "9", "10", "12", ".", ",", "x", "y", "n", "e", "i", "\\pi ", "+", "-", "*", "/", "^", "_",
            "!", "(",
            ")", "[", "]", "{", "}", "\\{", "\\}", "|", "=", "<", ">", "\\le ", "\\cup ", "\\in ", "\\pm ", "\\infty ",
            "\\frac",
            "\\sqrt", "\\sqrt[", "\\binom", "\\log", "\\sin ", "\\ln ", "\\text{", "\\text{cm}", "\\boxed{", "\\left",
            "\\right",
            "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\", "\\%", "%", "$", "\\circ ", " ", " or ", "和",
            "\\overline{", "cm",
            "\\lfloor ", "\\rfloor ", "\\mathrm{",
        ]
        var generator = SplitMix64(seed: 1)
        var previous = MathAnswer("1")
        for _ in 0..<3000 {
            let count = Int.random(in: 1...14, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let answer = MathAnswer(text)
            for equality in [MathEquality.strict, .lenient] {
                _ = equality.holds(answer, answer)
                #expect(equality.holds(answer, previous) == equality.holds(previous, answer), "\(text)")
            }
            previous = answer
        }
    }
}
