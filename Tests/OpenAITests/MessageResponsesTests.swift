import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct MessageResponsesTests {
    private let reply = Fixture.ids("hm\n</think>\n\nHi there") + [1]

    private func call(_ fields: JSONObject = [:], _ context: ModelContext = Fixture.context()) throws -> CompletionCall
    {
        var body: JSONObject = ["model": "nano", "max_tokens": 50, "messages": [["role": "user", "content": "Hi"]]]
        for (key, value) in fields { body[key] = value }
        return try CompletionCall.messages(
            body: Array(JSONValue.object(body).serialized().utf8), context: context, requestID: "test")
    }

    /// The events of a stream; each one's type is its event's too.
    private func events(
        _ fields: JSONObject = [:], _ source: ScriptedSource, _ context: ModelContext = Fixture.context()
    ) async throws -> [JSONValue] {
        var fields = fields
        fields["stream"] = true
        var events: [JSONValue] = []
        for await payload in try call(fields, context).start(on: source, context: context).chunks {
            let event = try JSONValue(parsing: payload.data)
            #expect(event["type"]?.stringValue == payload.event)
            events.append(event)
        }
        return events
    }

    /// The message that a client sums the events up to.
    private func sum(_ events: [JSONValue]) -> JSONValue {
        var message = JSONObject()
        var blocks: [JSONObject] = []
        for event in events {
            switch event["type"] {
            case "message_start": message = event["message"]?.objectValue ?? [:]
            case "content_block_start":
                #expect(event["index"] == .integer(blocks.count))
                blocks.append(event["content_block"]?.objectValue ?? [:])
            case "content_block_delta":
                for field in ["thinking", "signature", "text", "partial_json"] {
                    guard let text = event["delta"]?[field]?.stringValue else { continue }
                    let before = blocks[blocks.count - 1][field]?.stringValue ?? ""
                    blocks[blocks.count - 1][field] = .string(before + text)
                }
            case "message_delta":
                for (key, value) in event["delta"]?.objectValue ?? [:] { message[key] = value }
                message["usage"] = event["usage"]
            default: break
            }
        }
        message["content"] = .array(
            blocks.map { block in
                var block = block
                if let input = block["partial_json"]?.stringValue { block["input"] = try? JSONValue(parsing: input) }
                block["partial_json"] = nil
                return .object(block)
            })
        return .object(message)
    }

    @Test func `a whole message has thinking, text and Anthropic's usage`() async throws {
        var source = ScriptedSource(reply)
        source.cachedTokens = 2
        let message = try await call().response(from: source)
        let prompt = source.log.requests[0].prompt.count
        #expect(
            message == [
                "id": "msg_test", "type": "message", "role": "assistant", "model": "nano",
                "content": [
                    ["type": "thinking", "thinking": "hm", "signature": .string(MessageResponses.signature)],
                    ["type": "text", "text": "Hi there", "citations": nil],
                ],
                "stop_reason": "end_turn", "stop_sequence": nil,
                "usage": [
                    "input_tokens": .integer(prompt - 2), "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 2, "output_tokens": .integer(reply.count),
                    "output_tokens_details": ["thinking_tokens": .integer(reply.firstIndex(of: 6) ?? 0)],
                ],
            ])
    }

    @Test func `events come in Anthropic's order`() async throws {
        var source = ScriptedSource(Fixture.byteTokens("hm") + [6] + Fixture.byteTokens("\n\nHi") + [1])
        source.cachedTokens = 3
        let events = try await events([:], source)
        #expect(
            events.map { $0["delta"]?["type"] ?? $0["type"] } == [
                "message_start", "ping",
                "content_block_start", "thinking_delta", "thinking_delta", "signature_delta", "content_block_stop",
                "content_block_start", "text_delta", "text_delta", "content_block_stop",
                "message_delta", "message_stop",
            ])
        let start = events[0]["message"]
        #expect(start?["content"] == [])
        #expect(start?["stop_reason"] == .null)
        #expect(start?["usage"]?["cache_read_input_tokens"] == 3)
    }

    @Test(arguments: [
        "hm\n</think>\n\nHi 😀 there STOP more", "never ends", "</think>\n\nShort", "", "数学\n</think>\n\nST STO\nSTOP",
    ])
    func `a stream sums up to the whole message`(_ text: String) async throws {
        let fields: JSONObject = ["stop_sequences": ["STOP"]]
        let source = ScriptedSource(Fixture.ids(text) + [1])
        let whole = try await call(fields).response(from: source)
        #expect(sum(try await events(fields, source)) == whole)
    }

    @Test func `the reason of the end is told`() async throws {
        let tokens = Fixture.byteTokens("x") + [6] + Fixture.byteTokens("aSTOPb") + [1]
        let stopped = try await call(["stop_sequences": ["STOP"]]).response(from: ScriptedSource(tokens))
        #expect(stopped["stop_reason"] == "stop_sequence")
        #expect(stopped["stop_sequence"] == "STOP")
        let cut = try await call(["max_tokens": 2]).response(from: ScriptedSource(tokens))
        #expect(cut["stop_reason"] == "max_tokens")
        let small = Fixture.context(maxModelLength: try call().promptTokens + 3)
        let full = try await call(["max_tokens": 50], small).response(from: ScriptedSource(tokens), small)
        #expect(full["stop_reason"] == "model_context_window_exceeded")
    }

    @Test func `omitted thinking is a block without text`() async throws {
        let fields: JSONObject = ["thinking": ["type": "adaptive", "display": "omitted"]]
        let message = try await call(fields).response(from: ScriptedSource(reply))
        #expect(message["content"]?[0]?["thinking"] == "")
        #expect(sum(try await events(fields, ScriptedSource(reply))) == message)
    }

    @Test func `calls of tools are blocks with input`() throws {
        let call = try call()
        var dialect = call.dialect
        var place = ChoicePlace(index: 0, prompt: 0)
        var deltas = [OutputDelta(), OutputDelta(), OutputDelta()]
        deltas[0].content = "Let me see."
        deltas[1].toolCalls = [
            ToolCallDelta(index: 0, id: "call_1", name: "add", arguments: "{\"a\""),
            ToolCallDelta(index: 0, id: nil, name: nil, arguments: ":1}"),
            ToolCallDelta(index: 1, id: "call_2", name: "now", arguments: "{}"),
        ]
        deltas[2].ending = OutputDelta.Ending(reason: .toolCalls, trigger: nil)
        var payloads = dialect.opening(&place, promptLogprobs: nil, usage: Usage())
        var whole = call.dialect
        for delta in deltas {
            whole.collect(delta)
            payloads += dialect.payloads(of: delta, &place)
        }
        payloads += dialect.closing(Usage())
        let message = try JSONValue(
            parsing: whole.response([(place, OutputDelta())], promptLogprobs: [nil], usage: Usage()))
        #expect(message["stop_reason"] == "tool_use")
        #expect(
            message["content"]?[1] == ["type": "tool_use", "id": "call_1", "name": "add", "input": ["a": 1]])
        #expect(message["content"]?[2]?["input"] == [:])
        #expect(sum(try payloads.map { try JSONValue(parsing: $0.data) }) == message)
    }

    @Test func `a failure in mid-stream is Anthropic's error event`() async throws {
        var source = ScriptedSource(Fixture.ids("hm"))
        source.failure = .runnerFailed("bus error")
        let events = try await events([:], source)
        #expect(events.last?["type"] == "error")
        #expect(events.last?["error"]?["type"] == "api_error")
    }

    @Test func `count_tokens counts what a message would read`() async throws {
        let fields: JSONObject = ["system": "Be kind.", "messages": [["role": "user", "content": "Hi"]]]
        let count = try JSONValue(
            parsing: MessageTokens.count(
                body: Array(JSONValue.object(fields).serialized().utf8), context: Fixture.context()))
        #expect(count == ["input_tokens": .integer(try call(["system": "Be kind."]).promptTokens)])
    }
}
