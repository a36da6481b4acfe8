import JSON
import Testing

@testable import Evaluation

struct ChoiceGraderTests {
    @Test(arguments: [
        ("Answer: B", "B", "line"), ("**Answer: B**", "B", "line"), ("**Answer:** B", "B", "line"),
        ("Answer: **B**", "B", "line"), ("ANSWER: B", "B", "line"), ("answer: b", "B", "line"),
        ("Answer: (B)", "B", "line"), ("Answer: B) the second", "B", "line"), ("Answer: B.", "B", "line"),
        ("Answer: $B$", "B", "line"), ("Answer: $\\boxed{B}$", "B", "line"),
        ("Answer: \\boxed{\\text{B}}", "B", "line"),
        ("Answer: \\(\\mathrm{B}\\)", "B", "line"), ("Final Answer:\n\n**B**", "B", "line"), ("答案：B", "B", "line"),
        ("答案: B", "B", "line"), ("**答案：B**", "B", "line"), ("答案：Ｂ", "B", "line"), ("答案：【B】", "B", "line"),
        ("{\"reasoning\": \"x\", \"answer\": \"B\"}", "B", "line"),
        ("```json\n{\n  \"answer\" : \"B\"\n}\n```", "B", "line"), ("Answer: A\nNo.\nAnswer: B", "B", "line"),
        ("Answer: B\n\\boxed{C}", "B", "line"), ("Answer: none of them\nAnswer: B", "B", "line"),
        ("So \\boxed{B}.", "B", "boxed"), ("\\boxed{\\text{(B)}}", "B", "boxed"),
        ("$\\boxed{\\textbf{B}}$", "B", "boxed"),
        ("\\boxed B", "B", "boxed"), ("\\boxed{B. 12}", "B", "boxed"),
        ("\\boxed{A} or rather \\boxed{B}", "B", "boxed"),
        ("the answer is (B).", "B", "stated"), ("The correct answer is B", "B", "stated"),
        ("The answer is option B.", "B", "stated"), ("The answer is **B**", "B", "stated"), ("答案是B", "B", "stated"),
        ("所以答案为 B。", "B", "stated"), ("正确答案应该是B", "B", "stated"), ("故选B。", "B", "stated"),
        ("应选择选项B", "B", "stated"), ("It can only be this (B)", "B", "end"), ("as shown (B).", "B", "end"),
        ("B", "B", "bare"), ("**B**", "B", "bare"), ("B.", "B", "bare"),
    ])
    func `the letter is found in the ways that models write it`(content: String, letter: String, rule: String) {
        let found = ChoiceAnswer(in: content, options: 4)
        #expect(found?.letter == letter)
        #expect(found?.rule.rawValue == rule)
    }

    @Test(arguments: [
        "", "Answer: E", "Answer: Both", "Answer: Carbon", "The answer is a cat", "The answer is A cat", "\\boxed{42}",
        "\\boxed{C_6H_6}", "I think it is the second.", "Answer:", "答案：", "\\boxed{", "A cat sat.", "Because",
        "选", "the answer isn't known", "answer is",
    ])
    func `what chooses no option has no letter`(content: String) {
        #expect(ChoiceAnswer(in: content, options: 4) == nil)
    }

    @Test func `as many letters count as there are options`() {
        #expect(ChoiceAnswer(in: "the answer is (J)", options: 10)?.letter == "J")
        #expect(ChoiceAnswer(in: "Answer: I", options: 10)?.letter == "I")
        #expect(ChoiceAnswer(in: "Answer: C", options: 2) == nil)
    }

    @Test(arguments: [
        ("Answer: B", "B"), ("ANSWER:\tB", "B"), ("answer : $b$", "B"), ("Answer: B\nAnswer: C", "B"),
        ("Answer: Carbon", "C"), ("**Answer:** B", nil), ("\\boxed{B}", nil), ("Answer:\nB", nil), ("Answer: E", nil),
    ])
    func `the literal rule takes the first match of simple-evals' pattern`(content: String, letter: String?) {
        #expect(ChoiceAnswer.literal(in: content, options: 4) == letter)
    }

    @Test func `the verdict tells the letter, the rule and what the literal rule gives`() {
        let question = Question(id: "1", prompt: "", gold: "B")
        let verdict = ChoiceGrader().grade("**Answer:** B", to: question)
        #expect(verdict.score == 1)
        #expect(verdict.answer == "B")
        #expect(verdict.rule == "line")
        #expect(verdict.detail == ["literal": nil, "literalScore": 0])
        #expect(ChoiceGrader().grade("Answer: A", to: question).score == 0)
        #expect(
            ChoiceGrader().grade("", to: question)
                == {
                    var none = Verdict(score: 0)
                    none.detail = ["literal": nil, "literalScore": 0]
                    return none
                }())
    }
}
