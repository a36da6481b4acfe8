import JSON
import Testing

@testable import Evaluation

struct ReportPageTests {
    /// What is wrong with the nesting of a page's elements; nil where every one is closed in its place.
    private static func fault(in page: String) -> String? {
        let empty: Set = ["meta", "br"]
        var open: [String] = []
        var rest = page[...]
        while let start = rest.firstIndex(of: "<") {
            rest = rest[start...].dropFirst()
            guard let end = rest.firstIndex(of: ">") else { return "a tag without an end" }
            let tag = rest[..<end]
            rest = rest[end...].dropFirst()
            if tag.hasPrefix("!doctype") { continue }
            guard !tag.contains("<") else { return "a tag within \(tag.prefix(60))" }
            guard tag.count(where: { $0 == "\"" }).isMultiple(of: 2) else { return "quotes of \(tag.prefix(60))" }
            let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
            if tag.hasPrefix("/") {
                guard open.popLast() == name else { return "</\(name)> closes another element" }
            } else if !tag.hasSuffix("/") {
                if empty.contains(name) { return "<\(name)> is not closed" }
                open.append(name)
            }
        }
        return open.isEmpty ? nil : "<\(open[open.count - 1])> is not closed"
    }

    private static func expectSound(_ page: String) {
        #expect(fault(in: page) == nil)
        for forbidden in [
            "<script", "<link", "<img", "<iframe", "<object", "src=", "@import", "url(", "http:", "https:",
        ] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
        #expect(!page.contains("href=\"#") || !page.replacing("href=\"#", with: "").contains("href="))
        let isText = page.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }
        #expect(isText)
    }

    @Test func `every element of a page is closed and nothing is fetched`() {
        var run = MadeUp.run([["7", "7", "3"], ["7", "3", "4"], ["…", nil, "7"], ["3"]])
        run.benchmarks.append(
            contentsOf: MadeUp.run((0..<84).map { [$0 % 3 == 0 ? "7" : "3", "…"] }, name: "many").benchmarks)
        for index in 0..<84 {
            run.benchmarks[1].questions[index].level = "Level \(index % 5)"
            run.benchmarks[1].questions[index].subject = "Subject \(index % 20)"
        }
        run.benchmarks[0].samples[0].verdict?.detail = ["instructions": [["id": "a:b", "strict": true, "loose": true]]]
        let page = Report(run: run).html
        Self.expectSound(page)
        for part in [
            "Scores", "Questions", "By level", "By subject", "By instruction", "Tokens by part", "How it was run",
        ] {
            #expect(page.contains(part))
        }
        Self.expectSound(Report(run: Run(manifest: [:], benchmarks: [])).html)
        Self.expectSound(Report(run: MadeUp.run([[], []], samplesPerQuestion: 4)).html)
        Self.expectSound(Report(run: MadeUp.run([["7"]])).html)
    }

    @Test func `what models and data say is text`() {
        let attack =
            "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u{0}\u{1B}[2J\u{FFFE}</pre></details>"
        var run = MadeUp.run(
            [["7", "7"], ["3", "3"], ["…", "…"]], manifest: ["model": .string(attack), "\"><b>": "<i>"])
        run.benchmarks[0].benchmark.title = attack
        run.benchmarks[0].benchmark.caveat = attack
        for index in run.benchmarks[0].questions.indices {
            run.benchmarks[0].questions[index].prompt = attack
            run.benchmarks[0].questions[index].gold = .string(attack)
            run.benchmarks[0].questions[index].subject = attack + "\(index)"
        }
        for index in run.benchmarks[0].samples.indices {
            run.benchmarks[0].samples[index].reasoning = attack
            run.benchmarks[0].samples[index].content = attack
            run.benchmarks[0].samples[index].finishReason = index < 4 ? attack : "length"
            run.benchmarks[0].samples[index].verdict?.answer = attack
            run.benchmarks[0].samples[index].verdict?.rule = attack
            run.benchmarks[0].samples[index].verdict?.detail = ["instructions": [["id": .string(attack)]]]
        }
        let page = Report(run: run).html
        #expect(Self.fault(in: page) == nil)
        #expect(!page.contains("<script") && !page.contains("<img"))
        #expect(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                && page.contains("&amp;amp;\u{FFFD}\u{FFFD}[2J\u{FFFD}"))
        #expect(page.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" })
    }

    @Test func `samples are shown wrong first, of every question before a second of any, and counted`() throws {
        let page = Report(run: MadeUp.run((0..<15).map { _ in ["3", "4", "7"] })).html
        let wrong = try #require(page.firstRange(of: "</svg> wrong <small>20 of 30 shown"))
        let right = try #require(page.firstRange(of: "</svg> right <small>8 of 15 shown"))
        #expect(wrong.lowerBound < right.lowerBound)
        let shown = page[wrong.lowerBound..<right.lowerBound]
        let first = try #require(shown.firstRange(of: "<b>q14</b> <span class=\"soft\">sample 0</span>"))
        let second = try #require(shown.firstRange(of: "<b>q0</b> <span class=\"soft\">sample 1</span>"))
        #expect(first.lowerBound < second.lowerBound)
        #expect(!shown.contains("<b>q5</b> <span class=\"soft\">sample 1</span>"))
    }

    @Test func `a long text loses its middle`() {
        var run = MadeUp.run([["3"]])
        run.benchmarks[0].samples[0].reasoning = "begin" + String(repeating: "界", count: 50_000) + "end"
        let page = Report(run: run).html
        #expect(
            page.contains("[44,008 characters left out]") && page.contains("<pre>begin") && page.contains("end</pre>"))
        #expect(page.utf8.count < 60_000)
    }

    @Test func `texts of GPQA are left out unless asked for`() {
        var run = MadeUp.run([["B", "A"]], name: "gpqa", gold: "B")
        run.benchmarks[0].samples[0].reasoning = "secret reasoning"
        let hidden = Report(run: run).html
        for secret in ["What is question 0?", "It is A.", "secret reasoning", "expected B"] {
            #expect(!hidden.contains(secret))
        }
        #expect(hidden.contains("--show-questions"))
        let shown = Report(run: run, showsQuestions: true).html
        #expect(shown.contains("What is question 0?") && shown.contains("secret reasoning"))
        #expect(shown.contains("expected B"))
    }

    @Test func `drawings say in words what they show`() {
        let page = Report(run: MadeUp.run([["7", "3"], ["7", "7"]])).html
        #expect(
            page.contains(
                "<title>SUMS: 75.0, for other questions 0.0–100.0, for a rerun 26.0–100.0; published 50.0</title>"))
        #expect(page.contains("pass@1 75.0, pass@2 100.0; cons@1 75.0, cons@2 75.0</title>"))
    }

    @Test func `ticks of an axis are round`() {
        let scale = ChartScale(low: 0, high: 32_768, start: 0, end: 100)
        #expect(scale.ticks(5) == [0, 10_000, 20_000, 30_000])
        #expect(scale(16_384) == 50)
        #expect(
            ChartScale(low: 0.5, high: 1, start: 0, end: 1).ticks(5).map { Figures.percent($0, 0) } == [
                "50", "60", "70", "80", "90", "100",
            ])
        #expect(ChartScale.roundStep(0) == 1)
    }
}
