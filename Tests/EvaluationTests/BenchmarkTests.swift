import JSON
import Testing

@testable import Evaluation

struct BenchmarkTests {
    /// Reads the reference and the answer out of the prompt and compares them.
    private struct LiteralJudge: Judge {
        func ask(_ prompt: String) -> String {
            let lines = prompt.split(separator: "\n")
            func rest(_ openings: String...) -> Substring? {
                lines.lazy.compactMap { line in
                    openings.first { line.hasPrefix($0) }.map { line.dropFirst($0.count) }
                }.first
            }
            guard let gold = rest("Reference answer: ", "参考答案："), let answer = rest("Answer to judge: ", "待评回答：")
            else { return "C" }
            return answer.contains(gold) ? "A" : "B"
        }
    }

    /// An answer that is right, in a form that models use.
    private static func rightAnswer(to question: Question, _ grader: any Grader) throws -> String {
        let gold = question.gold
        switch grader {
        case is MathGrader: return "So it is **$\\boxed{\(try #require(gold.stringValue))}$**."
        case is ChoiceGrader: return "Because of that:\n\n**Answer: \(try #require(gold.stringValue))**"
        case is YesNoGrader: return "想一想。\n答案：\(try #require(gold.stringValue))"
        case is DropGrader:
            let spans = try #require(gold[0]).arrayValue?.compactMap(\.stringValue)
            return "I count.\nAnswer: \((spans ?? [gold[0]?.stringValue ?? ""]).joined(separator: ", "))"
        case is JudgeGrader: return "It is \(try #require(gold["answer"]?.stringValue))."
        case is CustomGrader:
            var inner = question
            inner.gold = try #require(gold["answer"])
            switch CustomGrader.Kind(rawValue: try #require(gold["grader"]?.stringValue)) {
            case .math: return try rightAnswer(to: inner, MathGrader())
            case .choice: return try rightAnswer(to: inner, ChoiceGrader())
            case .yesNo: return "Answer: yes"
            case .judge: return try rightAnswer(to: inner, JudgeGrader(judge: nil, language: .english))
            case .regex: return "It was in 1984."
            case .exact: return try #require(inner.gold[0]?.stringValue) + "\n"
            case .contains, .f1: return "Answer: \(try #require(inner.gold[0]?.stringValue))"
            case nil: throw CancellationError()
            }
        default: throw CancellationError()
        }
    }

    @Test(arguments: BenchmarkRows.made.keys.sorted())
    func `a perfect answer scores 1 and an empty one 0 on every benchmark`(name: String) async throws {
        let benchmark = try #require(Benchmark.named(name, judge: LiteralJudge()))
        let rows = try BenchmarkRows.rows(try #require(BenchmarkRows.made[name]))
        for seed in [0, 1, UInt64.max] {
            let questions = try benchmark.questions(rows, seed)
            #expect(!questions.isEmpty)
            #expect(Set(questions.map(\.id)).count == questions.count)
            for question in questions {
                let answer = try Self.rightAnswer(to: question, benchmark.grader)
                let verdict = try await benchmark.grader.grade(answer, to: question)
                #expect(verdict.score == 1, "\(question.id): \(answer)")
                #expect(verdict.answer != nil)
                for empty in ["", " \n", "I do not know."]
                where !(benchmark.grader is JudgeGrader) || empty != "I do not know." {
                    let verdict = try await benchmark.grader.grade(empty, to: question)
                    #expect(verdict.score == 0, "\(question.id): \(empty)")
                }
            }
        }
    }

    @Test func `every benchmark of this room has made-up rows, a prompt and counts`() {
        for benchmark in Benchmark.all {
            #expect(benchmark.sampleCounts.cardStrict == 64)
            #expect((1...64).contains(benchmark.sampleCounts.card))
            #expect(benchmark.expectedTokens > 0)
            #expect(!benchmark.fields.isEmpty)
        }
        let names = Benchmark.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(BenchmarkRows.made.keys).isSubset(of: names))
        #expect(Benchmark.named("nothing") == nil)
    }

    @Test func `prompts follow the card: the boxed instruction, and simple-evals for choices`() throws {
        let aime = try Benchmark.aime.questions(try BenchmarkRows.rows(try #require(BenchmarkRows.made["aime"])), 0)
        #expect(
            aime[0].prompt
                == "What is 10 + 23?\nPlease reason step by step, and put your final answer within \\boxed{}.")
        #expect(aime[0].gold == "33")
        #expect(aime.map(\.id) == ["60", "61", "2024-II-4"])
        let rows = try BenchmarkRows.rows(
            #"{"question": "Which hold?", "choices": ["one", "two", "A and B", "none"], "answer": 2, "subject": "s"}"#)
        let mmlu = try #require(try Benchmark.mmlu.questions(rows, 0).first)
        #expect(
            mmlu.prompt
                == """
                Answer the following multiple choice question. The last line of your response should be of the \
                following format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABCD. Think step by step \
                before answering.

                Which hold?

                A) one
                B) two
                C) A and B
                D) none
                """)
        #expect(mmlu.gold == "C")
        #expect(mmlu.optionOrder == [0, 1, 2, 3])
    }

    @Test func `a constant answer scores 25 in 100 on shuffled options`() async throws {
        let lines = (0..<1000).map {
            #"{"Record ID": "r\#($0)", "Question": "Q\#($0)?", "Correct Answer": "right", "Incorrect Answer 1": "x", "#
                + #""Incorrect Answer 2": "y", "Incorrect Answer 3": "z"}"#
        }
        let questions = try Benchmark.gpqa.questions(try BenchmarkRows.rows(lines.joined(separator: "\n")), 7)
        for letter in ["A", "B", "C", "D"] {
            let right = questions.count { ChoiceGrader().grade("Answer: \(letter)", to: $0).score == 1 }
            #expect((190...310).contains(right), "\(letter): \(right)")
        }
        #expect(Set(questions.map { $0.optionOrder ?? [] }).count == 24)
    }

    @Test func `the order of options depends on the seed and the question alone`() throws {
        let rows = try BenchmarkRows.rows(try #require(BenchmarkRows.made["gpqa"]))
        let questions = try Benchmark.gpqa.questions(rows, 3)
        #expect(try Benchmark.gpqa.questions([rows[1]], 3) == [questions[1]])
        let orders = try (0..<20).map { try Benchmark.gpqa.questions(rows, $0)[0].optionOrder }
        #expect(Set(orders).count > 5)
        for question in questions {
            let order = try #require(question.optionOrder)
            let gold = try #require(question.gold.stringValue)
            #expect(order[try #require(MultipleChoice.letters.firstIndex(of: gold))] == 0)
        }
    }

    @Test func `files without column names are read as MMLU's, and those with names by them`() throws {
        let bare = try BenchmarkRows.rows(
            #"{"0": "Q?", "1": "w", "2": "x", "3": "y", "4": "z", "5": "D"}"#, file: "d/high_school_physics_test.csv")
        let question = try #require(try Benchmark.mmlu.questions(bare, 0).first)
        #expect(question.subject == "high_school_physics")
        #expect(question.optionOrder?[3] == 3 || question.gold != "D")
        let named = try BenchmarkRows.rows(
            """
            {"0": "", "1": "Question", "2": "A", "3": "B", "4": "C", "5": "D", "6": "Answer", "7": "Subject"}
            {"0": "0", "1": "Q?", "2": "w", "3": "x", "4": "y", "5": "z", "6": "D", "7": "physics"}
            """, file: "mmlu.csv")
        let other = try #require(try Benchmark.mmlu.questions(named, 0).first)
        #expect(other.subject == "physics")
        #expect(
            other.optionOrder?[try #require(MultipleChoice.letters.firstIndex(of: other.gold.stringValue ?? ""))] == 3)
    }

    @Test func `numbers that begin anew in every file do not collide`() throws {
        let line = #"{"id": 0, "question": "一周有几天？", "A": "五", "B": "六", "C": "七", "D": "八", "answer": "C"}"#
        let rows =
            try BenchmarkRows.rows(line, file: "val/law_val.csv") + BenchmarkRows.rows(line, file: "val/art_val.csv")
        #expect(try Benchmark.cEval.questions(rows, 0).map(\.id) == ["law_val/0", "art_val/0"])
        #expect(try Benchmark.cEval.questions(rows, 0).map(\.subject) == ["law", "art"])
        #expect(throws: DataError.self) { try Benchmark.cEval.questions(rows + rows, 0) }
    }

    @Test func `examples of DROP come from rows of the training split`() throws {
        let example =
            #"{"split": "train", "context": "Passage: P%.\nQuestion: Q%?\nAnswer:", "completion": "E%", "ref_text": "E%"}"#
        let lines = (0..<5).map { example.replacing("%", with: "\($0)") }
        let asked = #"{"context": "Passage: P.\nQuestion: Q?\nAnswer:", "ref_text": "1"}"#
        let rows = try BenchmarkRows.rows((lines + [asked]).joined(separator: "\n"))
        let questions = try Benchmark.drop.questions(rows, 0)
        #expect(questions.count == 1)
        let prompt = questions[0].prompt
        #expect((0..<5).count { prompt.contains("Passage: P\($0).\nQuestion: Q\($0)?\nAnswer: E\($0)") } == 3)
        #expect(
            prompt.hasSuffix(
                "Answer:\n\nThink step by step, then write a line of the form \"Answer: $ANSWER\" at the end of your response."
            ))
        #expect(questions[0].cluster == "Passage: P.")
        #expect(try Benchmark.drop.questions([rows[5]], 0)[0].prompt.contains("Example") == false)
    }

    @Test(arguments: [
        ("aime", #"{"problem": "P", "answer": "1/2"}"#, "answer", "integer"),
        ("aime", #"{"question": "P"}"#, "answer", "missing"),
        ("math", #"{"text": "P", "answer": "1"}"#, "problem", "the row has \"text\", \"answer\""),
        ("math", #"{"problem": "P", "solution": "no box"}"#, "solution", "\\boxed"),
        ("math", #"{"problem": ["P"], "answer": "1"}"#, "problem", "an array"),
        ("math", #"{"problem": " ", "answer": "1"}"#, "problem", "empty"),
        ("gsm8k", "{\"question\": \"P\", \"answer\": \"####\"}", "answer", "####"),
        ("mmlu", #"{"question": "P", "choices": ["1", "2"], "answer": 2}"#, "answer", "index from 0 to 1"),
        ("mmlu", #"{"question": "P", "choices": ["1"], "answer": 0}"#, "choices", "between 2 and 10"),
        ("mmlu", #"{"question": "P", "answer": 0}"#, "choices", "missing"),
        ("gpqa", #"{"Question": "P", "Correct Answer": "x"}"#, "Incorrect Answer 1", "missing"),
        ("clue-wsc", #"{"text": "T", "target": {"span1_text": "a", "span2_text": "b"}}"#, "label", "test split"),
        ("drop", #"{"passage": "P", "question": "Q", "answer": {}}"#, "answer", "no number"),
        ("drop", #"{"context": "P", "ref_text": "|"}"#, "ref_text", "no answer"),
        ("custom", #"{"question": "P", "answer": "1", "grader": "magic"}"#, "grader", "math, choice"),
        ("custom", #"{"question": "P", "answer": "(", "grader": "regex"}"#, "answer", "regular expression"),
        ("custom", #"{"question": "P", "answer": [{}], "grader": "exact"}"#, "answer", "list"),
    ])
    func `a wrong row is named by file, line, field and remedy`(
        name: String, row: String, field: String, problem: String
    ) throws {
        let benchmark = try #require(Benchmark.named(name))
        let rows = [DataRow(fields: try #require(try JSONValue(parsing: row).objectValue), line: 12, file: "d/x.jsonl")]
        let error = #expect(throws: DataError.self) { try benchmark.questions(rows, 0) }
        #expect(error?.field == field)
        #expect(error?.description.hasPrefix("d/x.jsonl:12: field \"\(field)\": ") == true)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    @Test func `what the card says stands beside each model`() {
        let qwen = Benchmark.aime.published.filter { $0.model == "DeepSeek-R1-Distill-Qwen-7B" && $0.source == "card" }
        #expect(qwen == [PublishedScore(model: "DeepSeek-R1-Distill-Qwen-7B", passAt1: 55.5, consensusAt64: 83.3)])
        for benchmark in [Benchmark.aime, .math, .gpqa] {
            #expect(benchmark.published.count { $0.source == "card" } == 7, "\(benchmark.name)")
            #expect(benchmark.published.count { $0.source == "open-r1" } == 6, "\(benchmark.name)")
        }
    }
}
