import JSON
import Testing

@testable import Evaluation

struct DataFileTests {
    @Test func `lines end at line feeds alone`() throws {
        let folder = try TemporaryFolder()
        let text = "{\"q\": \"one\u{2028}line\"}\r\n\n{\"q\": \"two\u{85}\"}"
        let file = try DataFile(path: try folder.write(text, to: "data.jsonl"))
        #expect(file.rows.map { $0.fields["q"] } == ["one\u{2028}line", "two\u{85}"])
        #expect(file.rows.map(\.line) == [1, 3])
        #expect(file.name == "data.jsonl" && file.digest.count == 64)
    }

    @Test func `arrays and CSV are read, with quotes and line breaks inside fields`() throws {
        let folder = try TemporaryFolder()
        let array = try DataFile(path: try folder.write(#"[{"q": 1}, {"q": 2}]"#, to: "data.json"))
        #expect(array.rows.map { $0.fields["q"] } == [1, 2])
        let csv = try DataFile(
            path: try folder.write("\u{FEFF}q,a\r\n\"two\nlines, \"\"quoted\"\"\",1\r\n\nplain,2\n", to: "data.csv"))
        #expect(csv.rows.map { $0.fields["q"] } == ["two\nlines, \"quoted\"", "plain"])
        #expect(csv.rows.map(\.line) == [2, 5])
        let bare = try DataFile(path: try folder.write("a,b\nc,d", to: "bare.csv"), hasHeader: false)
        #expect(bare.rows.map(\.fields) == [["0": "a", "1": "b"], ["0": "c", "1": "d"]])
    }

    @Test(arguments: [
        ("data.jsonl", "{\"q\": 1}\n{\"q\": }", "data.jsonl:2: column 7"),
        ("data.jsonl", "{\"q\": 1}\n[1]", "data.jsonl:2: is no object"),
        ("data.csv", "q,a\n1,2\n3", "data.csv:3: has 1 fields, but there are 2 columns: q, a"),
        ("data.csv", "q,a\n\"1,2\n3,4", "data.csv:2: a quoted field is not closed"),
        ("data.jsonl", "\n", "holds no rows"),
    ])
    func `errors name the file and the line`(name: String, text: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: name)
        let error = #expect(throws: EvaluationError.self) { try DataFile(path: path) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func `a folder's files are found by the benchmark's name`() throws {
        let folder = try TemporaryFolder()
        for name in ["aime_2024.jsonl", "math_500.jsonl", "cmath_test.jsonl", "README.md"] {
            _ = try folder.write("{}", to: name)
        }
        let names = ["aime", "math", "cmath", "gsm8k"]
        let all = try DataLocations([folder.path, "gsm8k=/elsewhere.jsonl"], benchmarks: names)
        #expect(
            try names.flatMap { try all.files(for: $0) }
                == [folder.file("aime_2024.jsonl"), folder.file("math_500.jsonl"), folder.file("cmath_test.jsonl")]
                + ["/elsewhere.jsonl"])
        _ = try folder.write("{}", to: "math-train.jsonl")
        #expect(throws: EvaluationError.self) { try all.files(for: "math") }
        #expect(throws: EvaluationError.self) { try DataLocations([], benchmarks: ["math"]).files(for: "math") }
        let single = try DataLocations([folder.file("math_500.jsonl")], benchmarks: ["aime"])
        #expect(try single.files(for: "aime") == [folder.file("math_500.jsonl")])
        #expect(throws: EvaluationError.self) {
            try DataLocations([folder.file("math_500.jsonl")], benchmarks: names).files(for: "aime")
        }
    }

    @Test func `a limit takes the same questions every time, and ids only those named`() throws {
        let folder = try TemporaryFolder()
        let lines = (0..<50).map { #"{"id": "\#($0)", "question": "What is \#($0) + 1?", "answer": \#($0 + 1)}"# }
        var options = RunOptions(benchmarks: ["custom"])
        options.data = [try folder.write(lines.joined(separator: "\n"), to: "sums.jsonl")]
        let whole = try options.parts(BenchmarkCatalog())[0]
        options.limit = 10
        let few = try options.parts(BenchmarkCatalog())[0]
        options.limit = 20
        let more = try options.parts(BenchmarkCatalog())[0]
        #expect(
            few.part.questions.count == 10 && few.part.questions.map(\.id) != whole.part.questions.prefix(10).map(\.id))
        #expect(Set(few.part.questions.map(\.id)).isSubset(of: more.part.questions.map(\.id)))
        #expect(few.manifest.promptsDigest == whole.manifest.promptsDigest && few.manifest.dataDigest != nil)
        options.questions = ["7", "49"]
        #expect(try options.parts(BenchmarkCatalog())[0].part.questions.map(\.id) == ["7", "49"])
        options.questions = ["7", "50"]
        #expect(throws: EvaluationError.self) { try options.parts(BenchmarkCatalog()) }
        options.benchmarks = ["custom", "nothing"]
        #expect(throws: EvaluationError.self) { try options.parts(BenchmarkCatalog()) }
    }
}
