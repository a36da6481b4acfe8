import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct ReasoningFormatTests {
    private let reply = Fixture.ids("I STOP\n</think>\n\nHi STOP there") + [1]

    private func call(_ fields: JSONObject, _ context: ModelContext = Fixture.context()) throws -> CompletionCall {
        try CompletionCall.chat(body: chatBody(fields), context: context)
    }

    /// The answer, which must be the same streamed and whole.
    private func answer(
        _ fields: JSONObject, _ tokens: [Int32]? = nil, _ context: ModelContext = Fixture.context()
    ) async throws -> Answer.Choice {
        let source = ScriptedSource(tokens ?? reply)
        let whole = Answer(chat: try await call(fields, context).response(from: source, context))
        var streaming = fields
        streaming["stream"] = true
        streaming["stream_options"] = ["include_usage": true]
        let streamed = Answer(chatStream: try await call(streaming, context).chunks(from: source, context))
        #expect(whole == streamed)
        let reasoning = whole.usage?["completion_tokens_details"]?["reasoning_tokens"]?.intValue
        #expect(reasoning == (tokens ?? reply).firstIndex(of: 6))
        return try #require(whole.choices.first)
    }

    @Test func `reasoning is separate, inline, both or hidden`() async throws {
        let variants: [(JSONObject, reasoning: String, content: String)] = [
            ([:], "I STOP", "Hi "), (["separate_reasoning": true], "I STOP", "Hi "),
            (["reasoning_format": "auto"], "I STOP", "Hi "), (["reasoning_format": "deepseek"], "I STOP", "Hi "),
            (["separate_reasoning": false], "", "<think>\nI STOP\n</think>\n\nHi "),
            (["reasoning_format": "none"], "", "<think>\nI STOP\n</think>\n\nHi "),
            (["reasoning_format": "deepseek-legacy"], "I STOP", "<think>\nI STOP\n</think>\n\nHi "),
            (["include_reasoning": false], "", "Hi "), (["reasoning": ["exclude": true]], "", "Hi "),
            (["include_reasoning": true], "I STOP", "Hi "),
        ]
        for (fields, reasoning, content) in variants {
            var fields = fields
            fields["stop"] = "STOP"
            let choice = try await answer(fields)
            #expect(choice.reasoning == reasoning, "\(fields)")
            #expect(choice.content == content, "\(fields)")
            #expect(choice.stopReason == "STOP")
        }
    }

    @Test func `an inline chain of thought is whole when it is cut off`() async throws {
        let choice = try await answer(
            ["reasoning_format": "none", "max_tokens": 7], Fixture.byteTokens("\nhmmmm\n") + [6])
        #expect(choice.content == "<think>\n\nhmmmm\n")
        #expect(choice.finishReason == "length")
    }

    @Test func `a model that opens the tag itself has it inline`() async throws {
        let context = Fixture.context(template: Fixture.bareTemplate)
        let source = ScriptedSource(Fixture.ids("<think>\nhm</think>A") + [1])
        let response = try await call(["reasoning_format": "none"], context).response(from: source, context)
        #expect(response["choices"]?[0]?["message"]?["content"] == "<think>\nhm</think>A")
    }

    @Test func `inline log-probabilities add up to the content`() async throws {
        let tokens = Fixture.byteTokens("a\n") + [6] + Fixture.byteTokens("\n\nb") + [1]
        let choice = try await answer(["reasoning_format": "none", "logprobs": true], tokens)
        #expect(choice.contentTokens.joined() == "a\n</think>\n\nb")
        let hidden = try await answer(["include_reasoning": false, "logprobs": true], tokens)
        #expect(hidden.contentTokens == ["b"])
        #expect(hidden.reasoningTokens == [])
    }

    @Test func `reasoning that is not streamed comes in one delta when it ends`() async throws {
        let tokens = Fixture.byteTokens("abc\n") + [6] + Fixture.byteTokens("\n\nHi") + [1]
        let fields: JSONObject = ["stream_reasoning": false, "logprobs": true, "return_token_ids": true]
        let choice = try await answer(fields, tokens)
        #expect(choice.tokens == tokens)
        #expect(choice.reasoningTokens.joined() == "abc")
        var streaming = fields
        streaming["stream"] = true
        func deltas(_ tokens: [Int32]) async throws -> [String] {
            try await call(streaming).chunks(from: ScriptedSource(tokens)).compactMap {
                $0["choices"]?[0]?["delta"]?["reasoning_content"]?.stringValue
            }
        }
        #expect(try await deltas(tokens) == ["abc"])
        #expect(try await deltas(Fixture.byteTokens("cut off")) == ["cut off"])
        #expect(try await deltas([6] + Fixture.byteTokens("A")) == [])
    }

    @Test func `the field has the name that the server is told`() async throws {
        for (field, keys) in [
            (ReasoningField.reasoningContent, ["reasoning_content"]), (.reasoning, ["reasoning"]),
            (.both, ["reasoning_content", "reasoning"]),
        ] {
            var context = Fixture.context()
            context.reasoningField = field
            let source = ScriptedSource(reply)
            let message = try await call([:], context).response(from: source, context)["choices"]?[0]?["message"]
            let chunks = try await call(["stream": true], context).chunks(from: source, context)
            for key in ["reasoning_content", "reasoning"] {
                let text = chunks.compactMap { $0["choices"]?[0]?["delta"]?[key]?.stringValue }.joined()
                #expect(message?[key]?.stringValue == (keys.contains(key) ? "I STOP" : nil))
                #expect(text == (keys.contains(key) ? "I STOP" : ""))
            }
            #expect(chunks.allSatisfy { $0["choices"]?[0]?["delta"]?.objectValue?.contains(keys[0]) == true })
        }
    }

    @Test func `echo repeats the last message of the assistant`() async throws {
        func fields(_ text: String, _ role: String = "assistant") -> JSONObject {
            [
                "echo": true, "continue_final_message": .bool(role == "assistant"),
                "messages": [["role": "user", "content": "Hi"], ["role": .string(role), "content": .string(text)]],
            ]
        }
        let source = ScriptedSource(Fixture.ids("there") + [1])
        func answers(_ fields: JSONObject) async throws -> [Answer.Choice] {
            var streaming = fields
            streaming["stream"] = true
            return [
                Answer(chat: try await call(fields).response(from: source)).choices[0],
                Answer(chatStream: try await call(streaming).chunks(from: source)).choices[0],
            ]
        }
        for choice in try await answers(fields("Well, ")) { #expect(choice.content == "Well, there") }
        for choice in try await answers(fields("<think>\nSo ")) {
            #expect(choice.reasoning == "So there")
            #expect(choice.content == "")
        }
        for choice in try await answers(fields("What?", "user")) {
            #expect(choice.content == "")
            #expect(choice.reasoning == "there")
        }
    }
}
