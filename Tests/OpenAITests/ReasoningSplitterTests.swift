import Testing

@testable import OpenAI

@Suite struct ReasoningSplitterTests {
    /// Both texts of pieces, which must be in order and without gaps inside a section.
    private func texts(_ pieces: [ReasoningSplitter.Piece]) -> (reasoning: String, content: String) {
        var result = ("", "")
        for piece in pieces {
            switch piece.section {
            case .reasoning: result.0 += piece.text
            case .content: result.1 += piece.text
            case .mark: continue
            }
        }
        return result
    }

    private func split(
        _ text: String, from state: ReasoningSplitter.State, followsTag: Bool = true, every count: Int = 1
    ) -> (reasoning: String, content: String) {
        var splitter = ReasoningSplitter(
            ReasoningStart(state: state, followsTag: followsTag && state != .undecided), tagsAreSpelled: true)
        var pieces: [ReasoningSplitter.Piece] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            pieces += splitter.append(String(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        pieces += splitter.finish()
        #expect(pieces.map(\.text).joined() == text)
        return texts(pieces)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var state: ReasoningSplitter.State
        var reasoning: String
        var content: String

        var testDescription: String { "\(state): \(text.debugDescription)" }
    }

    static let cases: [Case] = [
        Case(text: "hm\nyes\n</think>\n\nA\n\nB\n", state: .reasoning, reasoning: "hm\nyes", content: "A\n\nB\n"),
        Case(text: "\nhm</think>A", state: .reasoning, reasoning: "hm", content: "A"),
        Case(text: "never closed\n", state: .reasoning, reasoning: "never closed\n", content: ""),
        Case(text: "</think>\n\nA", state: .reasoning, reasoning: "", content: "A"),
        Case(text: "\n\n</think>\n\n", state: .reasoning, reasoning: "", content: ""),
        Case(text: "<think>\nhm\n</think>A", state: .reasoning, reasoning: "hm", content: "A"),
        Case(text: "a<think>b</think>c", state: .reasoning, reasoning: "a<think>b", content: "c"),
        Case(text: "<think>\nhm\n</think>\n\nA", state: .undecided, reasoning: "hm", content: "A"),
        Case(text: " \n<think>hm</think> A", state: .undecided, reasoning: "hm", content: " A"),
        Case(text: "\n\njust an answer", state: .undecided, reasoning: "", content: "\n\njust an answer"),
        Case(text: "</think>\n\nA", state: .undecided, reasoning: "", content: "A"),
        Case(text: "A</think>B<think>C", state: .undecided, reasoning: "", content: "A</think>B<think>C"),
        Case(text: "A<think>B", state: .content, reasoning: "", content: "A<think>B"),
        Case(text: "\n\nA", state: .content, reasoning: "", content: "A"),
        Case(text: "x</think>A</think>B", state: .reasoning, reasoning: "x", content: "A</think>B"),
        Case(text: "1 < 2 </thin", state: .reasoning, reasoning: "1 < 2 </thin", content: ""),
        Case(text: "  \n", state: .undecided, reasoning: "", content: "  \n"),
        Case(text: "<", state: .undecided, reasoning: "", content: "<"),
    ]

    @Test(arguments: cases) func `text is split at its tags, however it is cut`(_ test: Case) {
        for count in [1, 2, 3, 5, 100] {
            let result = split(test.text, from: test.state, every: count)
            #expect(result.reasoning == test.reasoning, "every \(count)")
            #expect(result.content == test.content, "every \(count)")
        }
    }

    @Test func `newlines after a continued text are kept`() {
        #expect(split("\nmore\n</think>\nA", from: .reasoning, followsTag: false).reasoning == "\nmore")
        #expect(split("\nmore", from: .content, followsTag: false).content == "\nmore")
    }

    @Test func `pieces tell where they stand`() {
        var splitter = ReasoningSplitter(ReasoningStart(state: .reasoning, followsTag: true), tagsAreSpelled: true)
        var pieces = splitter.append("\nab\n")
        pieces += splitter.append("c\n</think>\n\nd")
        #expect(
            pieces == [
                .init(section: .mark, text: "\n", start: 0), .init(section: .reasoning, text: "ab", start: 1),
                .init(section: .reasoning, text: "\nc", start: 3),
                .init(section: .mark, text: "\n</think>", start: 5), .init(section: .mark, text: "\n\n", start: 14),
                .init(section: .content, text: "d", start: 16),
            ])
    }

    @Test func `token tags are reported from outside and their spelling is text`() {
        var splitter = ReasoningSplitter(.undecided, tagsAreSpelled: false)
        var pieces: [ReasoningSplitter.Piece] = []
        var taken = [splitter.take(.open) != nil]
        pieces += splitter.append("\nI write </think> here\n")
        taken.append(splitter.take(.close) != nil)
        pieces += splitter.append("\n\nA")
        taken += [splitter.take(.close) != nil, splitter.take(.open) != nil]
        #expect(taken == [true, true, false, false])
        #expect(texts(pieces).reasoning == "I write </think> here")
        #expect(texts(pieces).content == "A")
    }
}
