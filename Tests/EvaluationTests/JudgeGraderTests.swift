import JSON
import Testing

@testable import Evaluation

struct JudgeGraderTests {
    private struct Scripted: Judge {
        let reply: String
        func ask(_ prompt: String) -> String { reply }
    }

    private actor Recording: Judge {
        var prompts: [String] = []
        func ask(_ prompt: String) -> String {
            prompts.append(prompt)
            return "A"
        }
    }

    private let question: Question = {
        Question(id: "1", prompt: "asked", gold: ["question": "In which year?", "answer": "1931"])
    }()

    @Test(arguments: [
        ("A", "A"), ("B", "B"), ("C", "C"), (" A.\n", "A"), ("**B**", "B"), ("Answer: A", "A"), ("A: CORRECT", "A"),
        ("B: INCORRECT", "B"), ("The answer is (A).", "A"), ("It matches, hence A", "A"), ("选A", "A"), ("", "C"),
        ("Correct", "C"),
    ])
    func `the judge's letter decides, and no letter is C`(reply: String, letter: String) async throws {
        for language in [JudgeGrader.Language.english, .chinese] {
            let grader = JudgeGrader(judge: Scripted(reply: reply), language: language)
            let verdict = try await grader.grade("It was 1931.", to: question)
            #expect(verdict.score == (letter == "A" ? 1 : 0))
            #expect(verdict.detail?["letter"]?.stringValue == letter)
            #expect((verdict.answer == nil) == (letter == "C"))
        }
    }

    @Test func `the judge sees question, reference and answer, and is not asked of an empty answer`() async throws {
        let judge = Recording()
        for language in [JudgeGrader.Language.english, .chinese] {
            let grader = JudgeGrader(judge: judge, language: language)
            _ = try await grader.grade("It was 1930.", to: question)
            #expect(try await grader.grade(" \n", to: question).score == 0)
        }
        let prompts = await judge.prompts
        #expect(prompts.count == 2)
        for prompt in prompts {
            #expect(["In which year?", "1931", "It was 1930"].allSatisfy(prompt.contains))
        }
    }

    @Test func `without a judge the error says how to name one`() async {
        let grader = JudgeGrader(judge: nil, language: .english)
        let error = await #expect(throws: JudgeGrader.Missing.self) { try await grader.grade("x", to: question) }
        #expect(error?.description.contains("--judge") == true)
    }
}
