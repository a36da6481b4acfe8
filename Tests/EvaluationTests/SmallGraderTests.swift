import JSON
import Testing

@testable import Evaluation

struct SmallGraderTests {
    @Test(arguments: [
        ("答案：是", "是"), ("**答案：否**", "否"), ("答案：不是", "否"), ("因此答案是“是”。", "是"), ("答案是否。", "否"), ("答案是：否", "否"),
        ("\\boxed{是}", "是"), ("$\\boxed{\\text{否}}$", "否"), ("先想一想。\n\n否。", "否"), ("是", "是"), ("答案：否\n改正：\n答案：是", "是"),
        ("Answer: yes", "是"), ("Answer: **No**", "否"), ("不知道", nil), ("", nil),
    ])
    func `yes and no are found in the ways that models write them`(content: String, answer: String?) {
        let verdict = YesNoGrader().grade(content, to: Question(id: "1", prompt: "", gold: "是"))
        #expect(verdict.answer == answer)
        #expect(verdict.score == (answer == "是" ? 1 : 0))
    }

    @Test func `texts are compared exactly, contained, or matched`() {
        func score(_ rule: TextGrader.Rule, _ gold: JSONValue, _ content: String) -> [Double?] {
            let verdict = TextGrader(rule: rule).grade(content, to: Question(id: "1", prompt: "", gold: gold))
            return [verdict.score, verdict.lenientScore]
        }
        #expect(score(.exact, ["red", "dark blue"], " dark\nblue ") == [1, 1])
        #expect(score(.exact, ["red"], "Red.") == [0, 1])
        #expect(score(.exact, ["red"], "blue") == [0, 0])
        #expect(score(.contains, ["RED"], "It is red, I think") == [1, nil])
        #expect(score(.contains, ["red"], "blue") == [0, nil])
        #expect(score(.regex, "^\\d{4}$", "1984") == [1, nil])
        #expect(score(.regex, "^\\d{4}$", "in 1984") == [0, nil])
        #expect(score(.contains, ["red"], "") == [0, nil])
    }

    @Test(arguments: [
        ("So $\\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}", "boxed"), ("\\boxed{1} then \\fbox{2}", "2", "boxed"),
        ("\\boxed 7.", "7.", "boxed"), ("\\boxed{\\{1, 2\\}}", "\\{1, 2\\}", "boxed"),
        ("\\boxed{1} and \\boxed{2", "1", "boxed"),
        ("Final Answer: The final answer is $5$. I hope it is correct.", "5", "minerva"),
        ("The answer is 3.5.", "3.5", "stated"),
        ("The answer is: **7**", "7", "stated"), ("答案是 12。谢谢", "12", "stated"), ("所以答案：8", "8", "stated"),
    ])
    func `the final answer is the last box, else what is stated`(content: String, text: String, rule: String) {
        let found = BoxedAnswer(in: content)
        #expect(found?.text == text)
        #expect(found?.rule.rawValue == rule)
    }

    @Test func `the last number counts leniently alone`() {
        #expect(BoxedAnswer(in: "5 and -1,234.5 apples.") == nil)
        #expect(BoxedAnswer(in: "5 and -1,234.5 apples.", isLenient: true)?.text == "-1,234.5")
        let verdict = MathGrader().grade("I get 7 of them.", to: Question(id: "1", prompt: "", gold: "7"))
        #expect(verdict == Verdict(score: 0, lenientScore: 1))
    }

    @Test func `an integer's grader accepts leading zeros and nothing near`() {
        let question = Question(id: "1", prompt: "", gold: "33")
        for (answer, score) in [
            ("033", 1.0), ("33", 1), ("33.0", 1), ("34", 0), ("33.001", 0), ("3300", 0), ("0.33", 0),
        ] {
            let verdict = MathGrader(isInteger: true).grade("\\boxed{\(answer)}", to: question)
            #expect(verdict.score == score, "\(answer)")
            #expect(verdict.lenientScore == score, "\(answer)")
        }
        #expect(MathGrader(isInteger: true).isSame("033", "33"))
    }

    @Test func `the largest sum of an assignment is that of all pairings`() {
        var generator = SplitMix64(seed: 5)
        func best(_ scores: [[Double]]) -> Double {
            guard let first = scores.first else { return 0 }
            let without = best(Array(scores.dropFirst()))
            return first.indices.reduce(without) { sum, column in
                let rest = scores.dropFirst().map { row in
                    row.enumerated().filter { $0.offset != column }.map(\.element)
                }
                return max(sum, first[column] + best(rest))
            }
        }
        for _ in 0..<60 {
            let (rows, columns) = (Int.random(in: 1...4, using: &generator), Int.random(in: 1...4, using: &generator))
            let scores = (0..<rows).map { _ in (0..<columns).map { _ in generator.uniform() } }
            #expect(abs(Assignment.largestSum(scores) - best(scores)) < 1e-9)
        }
        #expect(Assignment.largestSum([]) == 0)
    }
}
