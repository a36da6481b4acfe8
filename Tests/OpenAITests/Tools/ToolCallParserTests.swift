import Testing

@testable import OpenAI

@Suite struct ToolCallParserTests {
    /// What a text comes to: its content, and its calls.
    struct Outcome: Equatable {
        var content = ""
        var calls: [String] = []
    }

    private static let dialects: [(any ToolDialect)] = [
        DeepSeekR1Tools(acceptsObjects: true), DeepSeekR1Tools(acceptsObjects: false), DeepSeekV31Tools(),
        Llama3Tools(), HermesTools(),
    ]

    private func parse(_ pieces: some Sequence<String>, _ dialect: any ToolDialect) -> Outcome {
        var parser = ToolCallParser(dialect, names: ["get_weather", "add"])
        var outcome = Outcome()
        var position = 0
        func take(_ pieces: [ToolCallParser.Piece]) {
            for piece in pieces {
                switch piece {
                case .content(let text, let start):
                    #expect(start >= position)
                    position = start + text.utf8.count
                    outcome.content += text
                case .call(let name): outcome.calls.append(name + " ")
                case .arguments(let text): outcome.calls[outcome.calls.count - 1] += text
                case .callEnd: break
                }
            }
        }
        for piece in pieces { take(parser.append(piece)) }
        take(parser.finish())
        return outcome
    }

    /// Parses a text whole, scalar by scalar and in two pieces cut at every place: all must agree.
    private func parse(_ text: String, _ dialect: any ToolDialect) -> Outcome {
        let whole = parse([text], dialect)
        let scalars = text.unicodeScalars.map { String(Character($0)) }
        #expect(parse(scalars, dialect) == whole, "\(text)")
        for cut in text.unicodeScalars.indices {
            let parts = [String(text.unicodeScalars[..<cut]), String(text.unicodeScalars[cut...])]
            #expect(parse(parts, dialect) == whole, "\(parts)")
        }
        return whole
    }

    private let r1 = DeepSeekR1Tools(acceptsObjects: true)
    private let v3 = DeepSeekR1Tools(acceptsObjects: false)
    private let calls = [
        ChatMessage.ToolCall(id: nil, name: "get_weather", arguments: #"{"city": "数 }\"] \\", "days": [1, {"a": 2}]}"#),
        ChatMessage.ToolCall(id: nil, name: "add", arguments: "{}"),
    ]

    @Test func `every dialect reads back what it writes`() {
        let expected = calls.map { "\($0.name) \($0.arguments)" }
        for dialect in Self.dialects {
            #expect(parse(dialect.text(of: calls), dialect) == Outcome(calls: expected))
            #expect(parse(dialect.text(of: [calls[1]]), dialect) == Outcome(calls: ["add {}"]))
            #expect(
                parse("Let me see.\n\n\(dialect.text(of: calls))\n", dialect)
                    == Outcome(content: "Let me see.", calls: expected))
        }
    }

    @Test func `text without calls stays as it is`() {
        let texts = [
            "", " ", "Hello", "\n\n Hello \n", "a < b, c <d> {\"name\": \"x\"}", "{\"name\": \"Bob\", \"age\": 3}",
            "```json\n{\"a\": 1}\n```\n", "<", "<tool_cal", "{", "{\"name\": \"add\"}", "{\"name\": \"ad", "``",
            "<｜tool▁call",
            "<｜User｜> ; , 😀\u{301}",
            "{\"name\": \"add\", \"parameters\": 3}", "\n{\"name\": \"add\", \"x\": {}}",
            "<tool_call>nothing</tool_call>", "<tool_call>\n{\"name\": \"\", \"arguments\": {}}",
            DeepSeekMarkers.callsBegin + DeepSeekMarkers.callBegin + "function" + DeepSeekMarkers.separator,
            DeepSeekMarkers.callBegin + "function" + DeepSeekMarkers.separator + "add\n```json\n[]",
            DeepSeekMarkers.callBegin + "function" + DeepSeekMarkers.separator + "a b\n```json\n{}",
            DeepSeekMarkers.callsEnd + DeepSeekMarkers.callEnd,
        ]
        for dialect in Self.dialects {
            for text in texts { #expect(parse(text, dialect) == Outcome(content: text), "\(dialect)") }
        }
    }

    @Test func `R1's calls may be written carelessly`() {
        let head = DeepSeekMarkers.callBegin + "function" + DeepSeekMarkers.separator
        let texts = [
            "\(head)add\n```json\n{\"a\":1}\n```\(DeepSeekMarkers.callEnd)",
            "\(DeepSeekMarkers.callsBegin)\n\(head) add ```json {\"a\":1}```\n\(DeepSeekMarkers.callEnd)\n",
            "\(head)add\n{\"a\":1}\n\(DeepSeekMarkers.callEnd)\(DeepSeekMarkers.callsEnd)\n",
            "\(DeepSeekMarkers.callBegin)add\(DeepSeekMarkers.separator){\"a\":1}\(DeepSeekMarkers.callEnd)",
            "\(head)add\n```json\n{\"a\":1}\n", "\(head)add\n```json\n{\"a\":1}",
        ]
        for text in texts { #expect(parse(text, r1) == Outcome(calls: ["add {\"a\":1}"]), "\(text)") }
    }

    @Test func `what follows the calls is content`() {
        let text = r1.text(of: [calls[1]])
        #expect(parse(text + "\n\nDone. ", r1) == Outcome(content: "Done. ", calls: ["add {}"]))
        #expect(parse("A " + text + " B " + text, r1) == Outcome(content: "AB", calls: ["add {}", "add {}"]))
    }

    @Test func `the distills' bare objects are calls of declared functions`() {
        let objects = [
            "{\"name\": \"add\", \"arguments\": {\"a\": 1}}", "\n\n{ \"name\" : \"add\",\n\"parameters\":{\"a\": 1} }",
            "```json\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n```",
            "{\"type\": \"function\", \"name\": \"add\", \"arguments\": {\"a\": 1}, \"id\": \"}\"}",
        ]
        for text in objects {
            #expect(parse(text, r1) == Outcome(calls: ["add {\"a\": 1}"]), "\(text)")
            #expect(parse("I call:\n" + text, r1) == Outcome(content: "I call:", calls: ["add {\"a\": 1}"]))
            #expect(parse(text, v3).calls.isEmpty)
            #expect(parse(text.replacing("\"add\"", with: "\"sub\""), r1).calls.isEmpty)
        }
        #expect(parse("Say {\"name\": \"add\", \"arguments\": {}}", r1).calls.isEmpty)
    }

    @Test func `Llama's calls follow each other with any separator`() {
        let call = "{\"name\": \"add\", \"parameters\": {}}"
        for separator in ["; ", ";", ", ", "\n", "", "<|python_tag|>"] {
            let outcome = parse("<|python_tag|>\(call)\(separator)\(call)", Llama3Tools())
            #expect(outcome == Outcome(calls: ["add {}", "add {}"]), "\(separator)")
        }
        #expect(parse("\(call); so", Llama3Tools()) == Outcome(content: "; so", calls: ["add {}"]))
    }

    @Test func `arguments that are cut come as far as they go`() {
        for dialect in Self.dialects {
            let text = dialect.text(of: [calls[0]])
            let start = text.firstRange(of: "{\"city\"")?.lowerBound ?? text.startIndex
            let cut = String(text[..<text.index(start, offsetBy: 13)])
            #expect(parse(cut, dialect) == Outcome(calls: ["get_weather {\"city\": \"数 }"]))
        }
    }

    @Test func `broken arguments end with their call`() {
        for dialect in Self.dialects {
            guard let end = dialect.end(of: .marked) else { continue }
            let call = ChatMessage.ToolCall(id: nil, name: "add", arguments: "{\"a\": \"line\n")
            let outcome = parse(dialect.text(of: [call]) + "after", dialect)
            #expect(outcome.calls.count == 1)
            #expect(outcome.calls[0].hasPrefix("add {\"a\": \"line\n"))
            #expect(outcome.content == "after")
            let quoted = ChatMessage.ToolCall(id: nil, name: "add", arguments: "{\"a\": \"\(end)\"}")
            #expect(parse(dialect.text(of: [quoted]), dialect).calls == ["add {\"a\": \"\(end)\"}"])
        }
    }

    @Test func `arguments go out as they come`() {
        var parser = ToolCallParser(r1, names: ["add"])
        var fragments: [String] = []
        for scalar in r1.text(of: [.init(id: nil, name: "add", arguments: "{\"a\": 12}")]).unicodeScalars {
            for case .arguments(let text) in parser.append(String(Character(scalar))) { fragments.append(text) }
        }
        #expect(fragments == ["{", "\"", "a", "\"", ":", " ", "1", "2", "}"])
    }

    @Test func `mutated outputs are parsed alike in whatever pieces, and lose nothing but syntax`() {
        var generator = SplitMix(state: 4)
        let scraps =
            DeepSeekMarkers.ofCalls + [
                "<tool_call>", "</tool_call>", "<|python_tag|>", "{\"name\": \"add\", \"arguments\": {", "}", "}}",
                "\"", "\\",
                "```", "```json\n", "\n", " ", ";", ",", "function", "add", "{\"a\": 1}", "text", "😀", "<", "{",
            ]
        for _ in 0..<1500 {
            let dialect = Self.dialects[Int.random(in: 0..<Self.dialects.count, using: &generator)]
            var scalars = Array(("Hi " + dialect.text(of: calls)).unicodeScalars)
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                let place = Int.random(in: 0...scalars.count, using: &generator)
                if Bool.random(using: &generator) {
                    let scrap = scraps[Int.random(in: 0..<scraps.count, using: &generator)]
                    scalars.insert(contentsOf: scrap.unicodeScalars, at: place)
                } else {
                    let end = min(scalars.count, place + Int.random(in: 0...12, using: &generator))
                    scalars.removeSubrange(place..<end)
                }
            }
            let text = String(String.UnicodeScalarView(scalars))
            var pieces: [String] = []
            var rest = scalars[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...9, using: &generator)
                pieces.append(String(String.UnicodeScalarView(rest.prefix(count))))
                rest = rest.dropFirst(count)
            }
            let whole = parse([text], dialect)
            #expect(parse(pieces, dialect) == whole, "\(text)")
            if whole.calls.isEmpty { #expect(whole.content == text) }
        }
    }
}

/// A generator with a seed, so that a failure can be repeated (Steele and others, SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
