import JSON
import Testing

@testable import Evaluation

struct DropGraderTests {
    @Test func `exact match and F1 are those of the published evaluation`() throws {
        let cases = try Fixture.lines("drop-scores")
        #expect(cases.count >= 60)
        for line in cases {
            let spans = { (key: String) in (line[key]?.arrayValue ?? []).compactMap(\.stringValue) }
            let score = DropScore(predicted: spans("predicted"), gold: spans("gold"))
            #expect(score.exactMatch == line["exact"]?.boolValue, "\(line.serialized())")
            #expect(abs(score.f1 * 100 - (line["f1"]?.doubleValue ?? -1)) < 1e-6, "\(score.f1): \(line.serialized())")
        }
    }

    @Test(arguments: [
        ("I count.\nAnswer: 14", 1.0), ("answer :\n14 points", 1), ("14", 1), ("Answer: 15", 0),
        ("Answer: 14\nAnswer: 15", 1),
        ("It is 14, since 24 - 10 = 14.", 0.4), ("", 0), ("Answer:", 0),
    ])
    func `the first line of an answer counts, else the whole`(content: String, score: Double) {
        let question = Question(id: "1", prompt: "", gold: [["14"], ["14 points"]])
        #expect(abs(DropGrader().grade(content, to: question).score - score) < 0.2, "\(content)")
    }

    @Test func `a listing is aligned with a reference of several spans`() {
        let question = Question(id: "1", prompt: "", gold: [["Ann", "Ben", "Cem"]])
        #expect(DropGrader().grade("Answer: Cem, Ann and Ben", to: question).score == 1)
        #expect(abs(DropGrader().grade("Answer: Ann; Ben", to: question).score - 2.0 / 3) < 1e-3)
    }

    @Test func `answers vote together when they match exactly`() {
        #expect(DropGrader().isSame("The 14", "14.0"))
        #expect(!DropGrader().isSame("14", "14 points"))
    }
}
