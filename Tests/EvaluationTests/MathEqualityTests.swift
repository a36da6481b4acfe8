import Testing

@testable import Evaluation

struct MathEqualityTests {
    @Test(arguments: [
        ("\\frac{1}{2}", "0.5"), ("\\frac12", "\\dfrac{1}{2}"), ("1/2", "\\frac{2}{4}"), ("033", "33"),
        ("1,234", "1234"), ("10{,}000", "10000"), ("10,\\!080", "10080"), ("2\\frac{1}{2}", "\\frac{5}{2}"),
        ("\\sqrt{8}", "2\\sqrt{2}"), ("3\\sqrt{13}", "\\sqrt{117}"), ("\\frac{\\pi}{2}", "\\pi/2"),
        ("\\frac{\\sqrt{3}}{3}", "1/\\sqrt{3}"), ("90^\\circ", "90"), ("15\\%", "15"), ("\\$18.90", "18.9"),
        ("5\\text{ cm}", "5"), ("6 \\text{ inches}^2", "6"), ("36 square units", "36"), ("x=5", "5"), ("5", "x = 5"),
        ("(3,\\frac{\\pi}{2})", "\\left( 3, \\frac{\\pi}{2} \\right)"), ("(-\\infty, 3]", "x \\le 3"),
        ("(2,5]", "2 < x \\leq 5"), ("[-2,7]", "x\\in[-2,7]"), ("1,2", "2, 1"), ("\\{1,2\\}", "1 and 2"),
        ("\\pm 3", "3, -3"), ("1 \\pm \\sqrt{19}", "1+\\sqrt{19}, 1-\\sqrt{19}"),
        ("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "\\begin{bmatrix}1\\\\2\\end{bmatrix}"),
        ("\\text{Evelyn}", "evelyn"), ("\\text{(C)}", "C"), ("2516_8", "2516_{8}"), ("x^2+2x+1", "(x+1)^2"),
        ("y = 2x + 3", "2x - y + 3 = 0"), ("6 - 5i", "-5i+6"), ("\\binom{6}{3}", "20"), ("5!", "120"),
        ("\\frac{3}{56}", "\\frac{ 3 }{ 56 }"), ("p - q", "-q+p"), ("\\log_2 8", "3"),
        ("\\cot x", "\\frac{\\cos x}{\\sin x}"),
        ("2k", "k \\cdot 2"), ("f(x) = x^2", "x^2"), ("\\sqrt[3]{-8}", "-2"), ("2^{10}", "1024"),
        ("-\\frac{1}{3}", "\\frac{-1}{3}"),
        ("(0,9) \\cup (9,36)", "(9,36)\\cup(0,9)"), ("\\frac{9}{\\sqrt2}", "4.5\\sqrt{2}"), ("18个", "18"),
        ("e^{i\\pi}", "-1"),
    ])
    func `answers that say the same are equal`(gold: String, answer: String) {
        #expect(MathEquality.strict.holds(MathAnswer(gold), MathAnswer(answer)))
        #expect(MathEquality.strict.holds(MathAnswer(answer), MathAnswer(gold)))
    }

    @Test(arguments: [
        ("10000", "10001"), ("9", "900"), ("0.333", "1/3"), ("\\sqrt{2}", "1.414"), ("(1,2)", "(2,1)"),
        ("[1,2)", "(1,2)"),
        ("(1,2)", "1,2"), ("x^2", "x^3"), ("|x|", "x"), ("\\text{east}", "\\text{west}"), ("2516_8", "2516_7"),
        ("1,2", "1,2,3"), ("y=2x+3", "y=2x+4"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}2\\\\1\\end{pmatrix}"),
        ("12", "13"), ("3", ""), ("\\pi", "3.14"), ("x<3", "x\\le 3"), ("2+3i", "2-3i"), ("A", "B"),
    ])
    func `answers that differ are not equal`(gold: String, answer: String) {
        #expect(!MathEquality.strict.holds(MathAnswer(gold), MathAnswer(answer)))
    }
}
