import Engine
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct ItemResponsesTests {
    private let store = ResponseStore(capacity: 8, memory: 1 << 20)
    private let reply = Fixture.ids("hm\n</think>\n\nHi there") + [1]

    private func call(_ fields: JSONObject = [:]) throws -> CompletionCall {
        var body: JSONObject = ["model": "nano", "input": "Hi"]
        for (key, value) in fields { body[key] = value }
        return try CompletionCall.responses(
            body: Array(JSONValue.object(body).serialized().utf8), context: Fixture.context(), store: store)
    }

    /// The events of a stream; each one's type is its event's too.
    private func events(_ fields: JSONObject = [:], _ source: ScriptedSource) async throws -> [JSONValue] {
        var fields = fields
        fields["stream"] = true
        var events: [JSONValue] = []
        for await payload in try call(fields).start(on: source, context: Fixture.context()).chunks {
            let event = try JSONValue(parsing: payload.data)
            #expect(event["type"]?.stringValue == payload.event)
            events.append(event)
        }
        return events
    }

    /// What differs between two responses to one request: ids and times.
    private func comparable(_ response: JSONValue?) -> JSONValue {
        guard var object = response?.objectValue else { return .null }
        for field in ["id", "created_at", "completed_at"] { object[field] = nil }
        object["output"] = .array(
            (object["output"]?.arrayValue ?? []).map { item in
                var item = item.objectValue ?? [:]
                item["id"] = nil
                return .object(item)
            })
        return .object(object)
    }

    @Test func `a whole response has its items and all required fields`() async throws {
        var source = ScriptedSource(reply)
        source.cachedTokens = 2
        let response = try await call(["metadata": ["a": "b"], "user": "me"]).response(from: source)
        #expect(response["object"] == "response")
        #expect(response["status"] == "completed")
        #expect(response["id"]?.stringValue?.hasPrefix("resp_") == true)
        for field in [
            "created_at", "error", "incomplete_details", "instructions", "model", "tools", "output",
            "parallel_tool_calls", "metadata", "tool_choice", "temperature", "top_p", "usage", "text", "truncation",
        ] {
            #expect(response[field] != nil, "\(field)")
        }
        let items = response["output"]?.arrayValue ?? []
        #expect(items.map { $0["type"] } == ["reasoning", "message"])
        #expect(items[0]["content"] == [["type": "reasoning_text", "text": "hm"]])
        #expect(items[0]["summary"] == [])
        #expect(items[0]["id"]?.stringValue?.hasPrefix("rs_") == true)
        #expect(
            items[1]["content"] == [["type": "output_text", "text": "Hi there", "annotations": [], "logprobs": []]])
        #expect(items[1]["id"]?.stringValue?.hasPrefix("msg_") == true)
        let prompt = source.log.requests[0].prompt.count
        let reasoning = reply.firstIndex(of: 6) ?? 0
        #expect(
            response["usage"] == [
                "input_tokens": .integer(prompt),
                "input_tokens_details": ["cached_tokens": 2, "cache_write_tokens": 0],
                "output_tokens": .integer(reply.count),
                "output_tokens_details": ["reasoning_tokens": .integer(reasoning)],
                "total_tokens": .integer(prompt + reply.count),
            ])
    }

    @Test func `events come in order, are numbered, and end without [DONE]`() async throws {
        let tokens = Fixture.byteTokens("hm") + [6] + Fixture.byteTokens("\n\nHi") + [1]
        let events = try await events([:], ScriptedSource(tokens))
        #expect(
            events.compactMap { $0["type"]?.stringValue } == [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added",
                "response.reasoning_text.delta", "response.reasoning_text.delta", "response.reasoning_text.done",
                "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done",
                "response.completed",
            ])
        #expect(events.map { $0["sequence_number"] } == events.indices.map { .integer($0) })
        #expect(events[0]["response"]?["status"] == "in_progress")
        #expect(events[0]["response"]?["output"] == [])
        #expect(events[2]["item"]?["status"] == "in_progress")
        #expect(events[9]["output_index"] == 1)
        #expect(events[11]["item_id"] == events[9]["item"]?["id"])
    }

    @Test(arguments: [
        "hm\n</think>\n\nHi 😀 there", "never ends", "</think>\n\nShort", "", "数学\n</think>\n\nST STO",
    ])
    func `a stream sums up to the whole response`(_ text: String) async throws {
        let fields: JSONObject = ["top_logprobs": 2, "max_output_tokens": 40]
        let source = ScriptedSource(Fixture.ids(text) + [1])
        let whole = try await call(fields).response(from: source)
        let events = try await events(fields, source)
        #expect(comparable(events.last?["response"]) == comparable(whole))
        var texts: [String] = []
        for event in events {
            switch event["type"] {
            case "response.output_item.added": texts.append("")
            case "response.output_text.delta", "response.reasoning_text.delta":
                texts[texts.count - 1] += event["delta"]?.stringValue ?? ""
            case "response.output_text.done", "response.reasoning_text.done":
                #expect(event["text"]?.stringValue == texts.last)
            default: break
            }
        }
        let items = whole["output"]?.arrayValue ?? []
        #expect(items.map { $0["content"]?[0]?["text"]?.stringValue } == texts)
        let done = events.filter { $0["type"] == "response.output_item.done" }.map { $0["item"] }
        #expect(done == (events.last?["response"]?["output"]?.arrayValue ?? []))
    }

    @Test func `an answer that is cut off is incomplete, its last item too`() async throws {
        let source = ScriptedSource(Fixture.byteTokens("I think and think and think"))
        let response = try await call(["max_output_tokens": 16]).response(from: source)
        #expect(response["status"] == "incomplete")
        #expect(response["incomplete_details"] == ["reason": "max_output_tokens"])
        #expect(response["output"]?[0]?["status"] == "incomplete")
        let events = try await events(["max_output_tokens": 16], source)
        #expect(events.last?["type"] == "response.incomplete")
    }

    @Test func `a failure in mid-stream is an error and a failed response`() async throws {
        var source = ScriptedSource(Fixture.ids("hm"))
        source.failure = .runnerFailed("bus error")
        let events = try await events([:], source)
        let error = events[events.count - 2]
        #expect(error["type"] == "error")
        #expect(error["message"]?.stringValue?.contains("bus error") == true)
        #expect(events.last?["type"] == "response.failed")
        #expect(events.last?["response"]?["status"] == "failed")
        #expect(events.last?["response"]?["error"]?["code"] == "server_error")
        #expect(events.map { $0["sequence_number"] } == events.indices.map { .integer($0) })
    }

    @Test func `calls of tools are items of their own`() throws {
        let call = try call(["tools": [["type": "function", "name": "add"]]])
        var dialect = call.dialect
        var place = ChoicePlace(index: 0, prompt: 0)
        var deltas = [OutputDelta(), OutputDelta(), OutputDelta(), OutputDelta()]
        deltas[0].reasoning = "Sum."
        deltas[1].toolCalls = [
            ToolCallDelta(index: 0, id: "call_1", name: "add", arguments: ""),
            ToolCallDelta(index: 0, id: nil, name: nil, arguments: "{\"a\""),
        ]
        deltas[2].toolCalls = [
            ToolCallDelta(index: 0, id: nil, name: nil, arguments: ":1}"),
            ToolCallDelta(index: 1, id: "call_2", name: "add", arguments: "{}"),
        ]
        deltas[3].ending = OutputDelta.Ending(reason: .toolCalls, trigger: nil)
        var events: [JSONValue] = []
        var whole = call.dialect
        for delta in deltas {
            whole.collect(delta)
            for payload in dialect.payloads(of: delta, &place) {
                events.append(try JSONValue(parsing: payload.data))
            }
        }
        let types = events.compactMap { $0["type"]?.stringValue?.dropFirst("response.".count) }
        #expect(
            types.dropFirst(6) == [
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
                "function_call_arguments.done", "output_item.done",
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.done",
                "output_item.done",
            ])
        let response = try JSONValue(
            parsing: whole.response([(place, OutputDelta())], promptLogprobs: [nil], usage: Usage()))
        #expect(response["status"] == "completed")
        let items = response["output"]?.arrayValue ?? []
        #expect(items.map { $0["type"] } == ["reasoning", "function_call", "function_call"])
        #expect(items[1]["call_id"] == "call_1")
        #expect(items[1]["arguments"] == "{\"a\":1}")
        #expect(events.filter { $0["type"] == "response.output_item.done" }.map { $0["item"] } == items)
    }

    @Test func `a later request goes on with a stored response`() async throws {
        let first = try await call().response(from: ScriptedSource(reply))
        let id = try #require(first["id"]?.stringValue)
        let routes = ResponseRoutes(Fixture.context(), store: store)
        #expect(try JSONValue(parsing: routes.response(id)) == first)

        let source = ScriptedSource(reply)
        let next = try await call(["input": "More", "previous_response_id": .string(id)]).response(from: source)
        #expect(next["previous_response_id"] == .string(id))
        let prompt = Fixture.tokenizer.decode(source.log.requests[0].prompt, skippingSpecialTokens: false)
        #expect(prompt.contains("Hi<｜Assistant｜>Hi there"))
        #expect(prompt.contains("<｜User｜>More"))

        let nextID = try #require(next["id"]?.stringValue)
        let items = try JSONValue(
            parsing: routes.inputItems(nextID, limit: "2", order: "asc", after: nil))
        #expect(items["data"]?.arrayValue?.map { $0["type"] } == ["message", "reasoning"])
        #expect(items["has_more"] == true)
        let rest = try JSONValue(
            parsing: routes.inputItems(nextID, limit: nil, order: "asc", after: items["last_id"]?.stringValue))
        #expect(rest["data"]?.arrayValue?.map { $0["role"] } == ["assistant", "user"])
        #expect(rest["has_more"] == false)
        #expect(failure { try routes.inputItems(nextID, limit: "0", order: nil, after: nil) }?.param == "limit")
        #expect(failure { try routes.inputItems(nextID, limit: nil, order: "up", after: nil) }?.param == "order")
        #expect(failure { try routes.inputItems(nextID, limit: nil, order: nil, after: "x") }?.param == "after")

        #expect(failure { try routes.cancel(id) }?.status == 400)
        _ = try routes.delete(id)
        #expect(failure { try routes.response(id) }?.status == 404)
        #expect(failure { try routes.delete(id) }?.status == 404)
        #expect(failure { try routes.cancel(id) }?.status == 404)
        let gone = failure { try call(["previous_response_id": .string(id)]) }
        #expect(gone?.code == "previous_response_not_found")
    }

    @Test func `a streamed response is stored like a whole one, unless it shall not be`() async throws {
        let events = try await events([:], ScriptedSource(reply))
        let response = try #require(events.last?["response"])
        let id = try #require(response["id"]?.stringValue)
        #expect(store[id].map { String(decoding: $0.body, as: UTF8.self) } == response.serialized())
        let other = try await call(["store": false]).response(from: ScriptedSource(reply))
        #expect(other["store"] == false)
        #expect(store[other["id"]?.stringValue ?? ""] == nil)
    }

    @Test func `an item is referred to by its id`() async throws {
        let first = try await call().response(from: ScriptedSource(reply))
        let message = try #require(first["output"]?[1]?["id"])
        let source = ScriptedSource(reply)
        _ = try await call([
            "input": [["role": "user", "content": "Hi"], ["type": "item_reference", "id": message]]
        ]).response(from: source)
        let prompt = Fixture.tokenizer.decode(source.log.requests[0].prompt, skippingSpecialTokens: false)
        #expect(prompt.contains("<｜Assistant｜>Hi there"))
        let missing = failure { try call(["input": [["type": "item_reference", "id": "msg_1_2"]]]) }
        #expect(missing?.status == 404)
        #expect(missing?.param == "input[0].id")
    }

    @Test func `input_tokens counts what a response would read`() async throws {
        let source = ScriptedSource(reply)
        _ = try await call(["instructions": "Be brief."]).response(from: source)
        let body = Array(#"{"input":"Hi","instructions":"Be brief."}"#.utf8)
        let count = try JSONValue(parsing: ResponseRoutes(Fixture.context(), store: store).inputTokens(body: body))
        #expect(
            count == [
                "object": "response.input_tokens", "input_tokens": .integer(source.log.requests[0].prompt.count),
            ])
    }
}
