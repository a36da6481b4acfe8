import Foundation
import JSON
import Testing

@testable import Evaluation

struct InstructionGraderTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var gold: JSONValue
        var response: String
        var strict: Bool
        var loose: Bool
        var testDescription: String { "\(gold["kwargs"]?.serialized() ?? "") \(response)" }
    }

    /// Made by Fixtures/ifeval.py.
    private static let cases: [String: [Case]] = {
        let path = #filePath.replacing("InstructionGraderTests.swift", with: "Fixtures/ifeval.jsonl")
        let text = (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
        let lines = text.pieces(separatedBy: "\n").filter { !$0.isEmpty }
        let cases = lines.compactMap { line -> Case? in
            guard let row = try? JSONValue(parsing: line), let response = row["response"]?.stringValue,
                let strict = row["strict"]?.boolValue, let loose = row["loose"]?.boolValue
            else { return nil }
            return Case(gold: row, response: response, strict: strict, loose: loose)
        }
        return Dictionary(grouping: cases) { $0.gold["instruction_id_list"]?[0]?.stringValue ?? "" }
    }()

    @Test(arguments: Instructions.types.keys.sorted())
    func `verdicts are those of IFEval's reference package`(instruction: String) async throws {
        let cases = try #require(Self.cases[instruction])
        #expect(cases.count >= 6)
        for test in cases {
            let verdict = try await InstructionGrader().grade(
                test.response, to: Question(id: "", prompt: "", gold: test.gold))
            #expect(verdict.score == (test.strict ? 1 : 0), "strictly: \(test.testDescription)")
            #expect(verdict.lenientScore == (test.loose ? 1 : 0), "loosely: \(test.testDescription)")
        }
    }

    @Test func `a prompt counts if all its instructions are followed, and each is told`() async throws {
        let gold: JSONValue = [
            "instruction_id_list": ["punctuation:no_comma", "startend:quotation"], "kwargs": [[:], [:]],
        ]
        let question = Question(id: "1", prompt: "", gold: gold)
        let verdict = try await InstructionGrader().grade("Here:\n\"No mark\"", to: question)
        #expect(verdict.score == 0)
        #expect(verdict.lenientScore == 1)
        #expect(
            verdict.detail == [
                "instructions": [
                    ["id": "punctuation:no_comma", "strict": true, "loose": true],
                    ["id": "startend:quotation", "strict": false, "loose": true],
                ]
            ])
        #expect(try await InstructionGrader().grade("\"No mark\"", to: question).score == 1)
        #expect(try await InstructionGrader().grade("", to: question).lenientScore == 0)
    }

    @Test func `rows become questions, and arguments that are null count as absent`() throws {
        let fields: JSONObject = [
            ("key", 7), ("prompt", "Write."), ("instruction_id_list", ["length_constraints:number_words"]),
            ("kwargs", [["num_words": 5, "relation": "at least", "keyword": .null]]),
        ].reduce(into: JSONObject()) { $0[$1.0] = $1.1 }
        let question = try Benchmark.ifeval.questions([DataRow(fields: fields, line: 1, file: "x.jsonl")], 0)[0]
        #expect(question.id == "7")
        #expect(question.prompt == "Write.")
        #expect(question.subject == "length_constraints")
    }

    @Test(
        arguments: [
            (["a:b"], [[:]], "there is no instruction \"a:b\""),
            (["keywords:existence"], [[:]], "argument \"keywords\": it is missing; write a list of texts"),
            (
                ["length_constraints:number_words"], [["num_words": 5, "relation": "at most"]],
                "\"at least\" or \"less than\""
            ),
            (["punctuation:no_comma"], [], "1 instructions in \"instruction_id_list\" and 0 objects"),
            (
                ["keywords:frequency"], [["keyword": "a(", "frequency": 1, "relation": "at least"]],
                "no regular expression"
            ),
        ] as [(JSONValue, JSONValue, String)])
    func `rows that are none name their line and what is wrong`(ids: JSONValue, kwargs: JSONValue, message: String) {
        let fields = JSONObject([("prompt", "Write."), ("instruction_id_list", ids), ("kwargs", kwargs)])
        let error = #expect(throws: DataError.self) {
            try Benchmark.ifeval.questions([DataRow(fields: fields, line: 3, file: "x.jsonl")], 0)
        }
        #expect(error?.description.contains("x.jsonl:3: field \"instruction_id_list\": ") == true)
        #expect(error?.description.contains(message) == true)
    }

    @Test(arguments: [
        ("Mr. Smith came from the U.S. in May. The end.", ["Mr. Smith came from the U.S. in May.", "The end."]),
        ("He waits... Then he goes. J. Bach wrote it.", ["He waits... Then he goes.", "J. Bach wrote it."]),
        ("(One.) \"Two!\" Three?", ["(One.)", "\"Two!\"", "Three?"]),
        ("3.5 per cent, no more", ["3.5 per cent, no more"]),
        ("At 5 p.m. The bell rang.", ["At 5 p.m.", "The bell rang."]), ("", []), (" \n", []),
        ("No. 5 is alive.\n\nWell", ["No.", "5 is alive.", "Well"]),
    ])
    func `sentences end where Punkt ends them`(text: String, sentences: [String]) {
        #expect(SentenceSplitter.shared.sentences(of: text) == sentences)
    }

    @Test func `words are split as in the Penn Treebank`() {
        let words = EnglishWords.words(of: "I CAN'T pay $3.50 (or 2,000), Dr. Lee's \"FRIEND\" cannot... OK.").map(
            String.init)
        #expect(
            words == [
                "I", "CA", "N'T", "pay", "$", "3.50", "(", "or", "2,000", ")", ",", "Dr.", "Lee", "'s", "``", "FRIEND",
                "''", "can", "not", "...", "OK", ".",
            ])
    }
}
