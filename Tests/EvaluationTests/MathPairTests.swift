import FoundationEssentials
import JSON
import Testing

@testable import Evaluation

/// Pairs of answers with the verdicts that other rules give; `Fixtures/math_pairs.py` writes those.
struct MathPairTests {
    private static func pairs() throws -> [JSONValue] {
        let path = #filePath.replacing("MathPairTests.swift", with: "Fixtures/math-pairs.jsonl")
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test func `strict verdicts are those written down, and lenient ones are never stricter`() throws {
        let pairs = try Self.pairs()
        #expect(pairs.count >= 300)
        for pair in pairs {
            let gold = MathAnswer(try #require(pair["gold"]?.stringValue))
            let answer = MathAnswer(try #require(pair["answer"]?.stringValue))
            let isEqual = MathEquality.strict.holds(gold, answer)
            #expect(isEqual == pair["equal"]?.boolValue, "\(pair.serialized())")
            #expect(MathEquality.strict.holds(answer, gold) == isEqual, "the other way: \(pair.serialized())")
            #expect(!isEqual || MathEquality.lenient.holds(gold, answer), "\(pair.serialized())")
        }
    }

    @Test func `a verdict that differs from math-verify's has its reason, and others have none`() throws {
        for pair in try Self.pairs() {
            let differs = pair["equal"]?.boolValue != pair["math_verify"]?.boolValue
            #expect(differs == (pair["why"] != nil), "\(pair.serialized())")
        }
    }

    @Test func `Qwen's rule for numbers differs by its tolerance and its hundredfold alone`() throws {
        for pair in try Self.pairs() {
            guard let qwen = pair["qwen"]?.boolValue, qwen != pair["equal"]?.boolValue else { continue }
            #expect(qwen, "\(pair.serialized())")
        }
    }

    @Test(arguments: [
        "42", "-7", "1,234", "0.125", "\\frac{3}{4}", "2\\sqrt{5}", "\\frac{\\pi}{3}", "x^2-5x+6", "3-4i",
        "(2,\\frac{1}{3})",
        "[0,1)", "(-\\infty,2]\\cup[5,\\infty)", "1,-2,3", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "45^\\circ",
        "12\\%",
        "\\$5.50", "2k+1", "\\text{Monday}", "p-q", "2^{10}", "\\log_2 3", "\\binom{5}{2}", "|x-1|", "\\sqrt[3]{2}",
    ])
    func `a gold answer equals itself in other spellings`(gold: String) {
        var spellings = [gold, " \(gold) ", "$\(gold)$", "\\(\(gold)\\)", gold.replacing("\\frac", with: "\\dfrac")]
        spellings.append(gold.replacing("+", with: " + ").replacing("-", with: " - ").replacing(",", with: ",\\,"))
        spellings.append("\\boxed{\(gold)}")
        spellings.append("x=\(gold)")
        if !gold.contains(where: ",\\".contains) { spellings.append("\(gold)\\text{ units}") }
        for spelling in spellings {
            #expect(MathEquality.strict.holds(MathAnswer(gold), MathAnswer(spelling)), "\(spelling)")
        }
    }
}
