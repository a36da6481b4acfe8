import JSON
import Testing

@testable import Evaluation

struct ComparisonTests {
    private func difference(_ first: [[Double]], _ second: [[Double]], margin: Double = 0.01) -> PairedDifference? {
        PairedDifference(first, second, clusters: first.map { _ in nil }, margin: margin)
    }

    @Test func `a run compared with itself does not differ`() throws {
        let run = MadeUp.run([["7", "3", "7"], ["7", nil, "…"], ["3", "3", "3"]])
        let comparison = Comparison(run, run)
        #expect(!comparison.isRefused && comparison.changes.isEmpty)
        let entry = try #require(comparison.entries.first)
        #expect(entry.difference.mean == 0 && entry.difference.questionError == 0)
        #expect(entry.difference.tP == 1 && entry.permutationP == 1 && entry.adjustedP == 1)
        #expect(entry.isEquivalent && !entry.isSignificant && entry.moved.isEmpty)
        #expect(entry.verdict(margin: 0.01).hasPrefix("No difference is shown; the two are the same within 1.0 points"))
    }

    @Test func `figures of a paired difference are scipy's`() throws {
        let first = [0.9, 0.5, 0.75, 1, 0.25, 0.6].map { [$0] }
        let second = [0.7, 0.5, 0.5, 1, 0.5, 0.3].map { [$0] }
        let result = try #require(difference(first, second, margin: 0.1))
        #expect(DistributionTests.agree(result.mean, 0.08333333333333333))
        #expect(DistributionTests.agree(try #require(result.questionError), 0.08432740427115679))
        #expect(DistributionTests.agree(try #require(result.tP), 0.3684273067131103))
        #expect(DistributionTests.agree(try #require(result.interval).low, -0.1334371603324625))
        #expect(DistributionTests.agree(try #require(result.interval).high, 0.30010382699912913))
        #expect(DistributionTests.agree(try #require(result.equivalenceP), 0.42555433930649494))
        #expect(result.permutationP(seed: 0) == 0.5)
        #expect(result.mcNemarP == nil && result.rerunError == nil)
        let wide = try #require(difference(first, second, margin: 0.3))
        #expect(DistributionTests.agree(try #require(wide.equivalenceP), 0.02503738357046685))
    }

    @Test func `single samples are compared by McNemar's test`() throws {
        let first = (0..<20).map { [$0 < 13 ? 1.0 : 0] }
        let second = (0..<20).map { [$0 < 3 || $0 >= 17 ? 1.0 : 0] }
        // 10 only the first has right, 3 only the second.
        let result = try #require(difference(first, second))
        #expect(DistributionTests.agree(try #require(result.mcNemarP), 0.09228515625))
    }

    @Test func `the rerun error of a difference is that of both runs`() throws {
        let result = try #require(difference([[1, 0], [1, 1]], [[1, 0], [0, 1]]))
        // (1/2 · 1/2) / 4 and (1/4 + 1/4) / 4 squared errors.
        #expect((try #require(result.rerunError) - 0.1875.squareRoot()).magnitude < 1e-12)
    }

    @Test func `intervals of a difference hold the truth in 93 to 97 of 100 simulations`() throws {
        var generator = SplitMix64(seed: 11)
        var held = 0
        for _ in 0..<500 {
            var first: [[Double]] = []
            var second: [[Double]] = []
            for _ in 0..<25 {
                let share = 0.2 + 0.6 * generator.uniform()
                let other = share + 0.2 * generator.uniform()
                first.append((0..<4).map { _ in generator.uniform() < share ? 1 : 0 })
                second.append((0..<4).map { _ in generator.uniform() < other ? 1 : 0 })
            }
            let interval = try #require(difference(first, second)?.interval)
            if interval.low <= -0.1 && interval.high >= -0.1 { held += 1 }
        }
        #expect(465...485 ~= held)
    }

    @Test func `questions of one run only are left out, and told`() throws {
        let first = MadeUp.run([["7", "7"], ["3", "3"], ["7", "3"]], samplesPerQuestion: 2)
        var second = MadeUp.run([["7", "3"], [], ["7", "7"]], samplesPerQuestion: 2)
        second.benchmarks[0].questions.append(Question(id: "extra", prompt: "", gold: .null))
        let comparison = Comparison(first, second)
        let entry = try #require(comparison.entries.first)
        #expect(entry.shared == 2 && entry.unshared == 1)
        #expect(entry.first == 0.75 && entry.second == 0.75)
        #expect(comparison.markdown.contains("1 question of one run only: left out."))
    }

    @Test func `what moved most comes first`() throws {
        let first = MadeUp.run([Array(repeating: "7", count: 8), ["7", "3"], ["7", "7"]])
        let second = MadeUp.run([Array(repeating: "3", count: 8), ["3", "3"], ["7", "7"]])
        let moved = try #require(Comparison(first, second).entries.first).moved
        #expect(moved.map(\.id) == ["q0", "q1"])
        // Of the tables with 8 of 16 right, only 8:0 and 0:8 are as unlikely: 2 / C(16, 8). Holm over three questions.
        #expect(DistributionTests.agree(try #require(moved[0].p), 2.0 / 12_870))
        #expect(DistributionTests.agree(try #require(moved[0].adjustedP), 6.0 / 12_870))
        #expect(moved[1].adjustedP == 1)
    }

    @Test func `partial credit of a question is compared by Welch's test`() throws {
        let moved = MovedQuestion.all([(id: "q", first: [0, 0.5, 1, 0.25], second: [1, 0.75, 1])])
        #expect(DistributionTests.agree(try #require(moved.first?.p), 0.10742912549384868))
        #expect(MovedQuestion.all([(id: "q", first: [0.5], second: [1])]).first?.p == .some(nil))
    }

    @Test func `several benchmarks are adjusted together`() throws {
        let first = MadeUp.run([["7", "7"], ["7", "3"], ["7", "7"]])
        let second = MadeUp.run([["3", "7"], ["3", "3"], ["7", "3"]])
        var (one, two) = (first, second)
        one.benchmarks += MadeUp.run([["7"], ["7"], ["3"]], name: "products").benchmarks
        two.benchmarks += MadeUp.run([["7"], ["3"], ["7"]], name: "products").benchmarks
        let entries = Comparison(one, two).entries
        // The first differs by 1/2 in each question: error 0, p 0; the second has p 1.
        #expect(entries.map(\.difference.tP) == [0, 1])
        #expect(entries.map(\.adjustedP) == [0, 1])
    }

    @Test func `other prompts, answers, data and graders are not compared unless asked for`() throws {
        let run = MadeUp.run([["7"], ["3"]])
        var prompts = run
        prompts.benchmarks[0].questions[1].prompt = "Another one?"
        let answers = MadeUp.run([["8"], ["3"]], gold: "8")
        func graded(_ grader: String, _ data: String) -> Run {
            MadeUp.run(
                [["7"], ["3"]],
                manifest: [
                    "model": "m", "benchmarks": ["sums": ["grader": .string(grader), "data_sha256": .string(data)]],
                ])
        }
        for (first, second, reason) in [
            (run, prompts, "the prompt of question q1 differs"),
            (run, answers, "the right answer of question q0 differs"),
            (graded("a", "x"), graded("b", "x"), "graders differ: a and b"),
            (graded("a", "x"), graded("a", "y"), "data files differ: x and y"),
        ] {
            let comparison = Comparison(first, second)
            #expect(comparison.isRefused && comparison.entries.isEmpty)
            #expect(comparison.refusals.first?.reasons == [reason])
            #expect(comparison.markdown.contains("SUMS is not compared: \(reason)."))
            let forced = Comparison(first, second, isForced: true)
            #expect(!forced.isRefused && forced.entries.count == 1)
            #expect(forced.markdown.contains("Compared although \(reason)."))
        }
    }

    @Test func `a benchmark that one run lacks is named`() {
        let comparison = Comparison(MadeUp.run([["7"]]), MadeUp.run([["7"]], name: "products"))
        #expect(comparison.entries.isEmpty)
        #expect(comparison.refusals.map(\.title) == ["SUMS", "PRODUCTS"])
    }

    @Test func `one question gives a difference without an error`() throws {
        let entry = try #require(Comparison(MadeUp.run([["7", "7"]]), MadeUp.run([["3", "7"]])).entries.first)
        #expect(entry.difference.mean == 0.5 && entry.difference.interval == nil && entry.difference.tP == nil)
        #expect(entry.adjustedP == nil && entry.permutationP == 1)
    }

    @Test func `what differs in the manifests is listed`() {
        let first = MadeUp.run([["7"]], manifest: ["model": "m", "sampling": ["temperature": 0.6], "seed": 1])
        let second = MadeUp.run([["7"]], manifest: ["model": "m", "sampling": ["temperature": 0.7], "kv": "q8"])
        let changes = Comparison(first, second).changes
        #expect(changes.map(\.path) == ["sampling.temperature", "seed", "kv"])
        #expect(changes.map(\.first) == ["0.6", "1", "—"])
        #expect(changes.map(\.second) == ["0.7", "—", "q8"])
    }

    @Test func `the comparison as JSON has every figure`() throws {
        let json = Comparison(MadeUp.run([["7", "3"], ["7", "7"]]), MadeUp.run([["3", "3"], ["7", "7"]])).json
        #expect(json["benchmarks"]?[0]?["difference"]?.doubleValue == 0.25)
        #expect(json["benchmarks"]?[0]?["moved"]?[0]?["id"]?.stringValue == "q0")
        #expect(try JSONValue(parsing: json.serialized()) == json)
    }
}
