import JSON
import Testing

@testable import OpenAI

@Suite struct ToolAnswerTests {
    private let dialect = DeepSeekR1Tools(acceptsObjects: true)
    private let tools: JSONValue = [
        ["type": "function", "function": ["name": "add"]], ["type": "function", "function": ["name": "sub"]],
    ]

    private func call(_ fields: JSONObject, _ context: ModelContext = Fixture.context()) throws -> CompletionCall {
        try CompletionCall.chat(body: chatBody(fields), context: context, requestID: "test")
    }

    private func text(_ names: String...) -> String {
        dialect.text(of: names.map { .init(id: nil, name: $0, arguments: "{\"a\": \"<数>\"}") })
    }

    private func source(_ answer: String) -> ScriptedSource {
        ScriptedSource(Fixture.ids("hm\n</think>\n\n" + answer) + [1])
    }

    private func whole(_ answer: String, _ fields: JSONObject = [:]) async throws -> JSONValue {
        var request: JSONObject = ["tools": tools]
        for (key, value) in fields { request[key] = value }
        let choice = try await call(request).response(from: source(answer))["choices"]?[0]
        return choice ?? nil
    }

    private func calls(_ choice: JSONValue) -> [String] {
        (choice["message"]?["tool_calls"]?.arrayValue ?? []).map {
            "\($0["function"]?["name"]?.stringValue ?? "") \($0["function"]?["arguments"]?.stringValue ?? "")"
        }
    }

    @Test func `calls come in OpenAI's shape`() async throws {
        let choice = try await whole(text("add", "sub"))
        #expect(choice["finish_reason"] == "tool_calls")
        #expect(choice["message"]?["content"] == .null)
        #expect(choice["message"]?["reasoning_content"] == "hm")
        #expect(calls(choice) == ["add {\"a\": \"<数>\"}", "sub {\"a\": \"<数>\"}"])
        let list = choice["message"]?["tool_calls"]?.arrayValue ?? []
        #expect(list.allSatisfy { $0["type"] == "function" && $0["index"] == nil })
        let ids = list.compactMap { $0["id"]?.stringValue }
        #expect(Set(ids).count == 2)
        #expect(ids.allSatisfy { $0.hasPrefix("call_") && $0.utf8.count == 29 })
    }

    @Test func `content and calls stand side by side`() async throws {
        let choice = try await whole("I add.\n\n" + text("add"))
        #expect(choice["message"]?["content"] == "I add.")
        #expect(calls(choice).count == 1)
        #expect(choice["finish_reason"] == "tool_calls")
    }

    @Test func `an answer without calls is as ever`() async throws {
        let choice = try await whole("Just text. ")
        #expect(choice["message"]?["content"] == "Just text. ")
        #expect(choice["message"]?["tool_calls"] == nil)
        #expect(choice["finish_reason"] == "stop")
    }

    @Test func `calls in the reasoning, or without tools, are text`() async throws {
        let thought = ScriptedSource(Fixture.ids(text("add") + "\n</think>\n\nNo.") + [1])
        let response = try await call(["tools": tools]).response(from: thought)
        #expect(response["choices"]?[0]?["message"]?["reasoning_content"]?.stringValue == text("add"))
        #expect(response["choices"]?[0]?["finish_reason"] == "stop")
        for fields: JSONObject in [["tools": nil], ["tool_choice": "none"]] {
            let choice = try await whole(text("add"), fields)
            #expect(choice["message"]?["content"]?.stringValue == text("add"))
            #expect(choice["finish_reason"] == "stop")
        }
    }

    @Test func `streams send a call's id and name once, then its arguments`() async throws {
        let chunks = try await call(["tools": tools, "stream": true])
            .chunks(
                from: ScriptedSource(
                    Fixture.byteTokens("h") + [6] + Fixture.byteTokens("A ") + [8, 10]
                        + Fixture.byteTokens("function") + [16] + Fixture.byteTokens("add\n```json\n{\"é\":1}\n```") + [
                            11, 9, 1,
                        ]))
        var deltas: [JSONValue] = []
        for chunk in chunks {
            guard let delta = chunk["choices"]?[0]?["delta"], let call = delta["tool_calls"]?[0] else { continue }
            #expect(delta["content"] == .null)
            deltas.append(call)
        }
        #expect(deltas.allSatisfy { $0["index"] == 0 })
        #expect(deltas.filter { $0["id"] != nil }.count == 1)
        #expect(deltas.first?["function"]?["name"] == "add")
        #expect(deltas.first?["type"] == "function")
        #expect(deltas.dropFirst().allSatisfy { $0["function"]?["name"] == nil && $0["type"] == nil })
        let fragments = deltas.compactMap { $0["function"]?["arguments"]?.stringValue }
        #expect(fragments.joined() == "{\"é\":1}")
        #expect(fragments.count == 7)
        #expect(chunks.last?["choices"]?[0]?["finish_reason"] == "tool_calls")
        #expect(Answer(chatStream: chunks).choices[0].content == "A")
    }

    @Test func `streamed and whole calls agree`() async throws {
        for answer in [
            text("add", "sub"), "x " + text("add") + " y", "{\"name\": \"add\", \"arguments\": {}}", "<｜tool▁",
        ] {
            let whole = try await whole(answer)
            let chunks = try await call(["tools": tools, "stream": true]).chunks(from: source(answer))
            var streamed: [String] = []
            for chunk in chunks {
                for delta in chunk["choices"]?[0]?["delta"]?["tool_calls"]?.arrayValue ?? [] {
                    if let name = delta["function"]?["name"]?.stringValue { streamed.append(name + " ") }
                    streamed[streamed.count - 1] += delta["function"]?["arguments"]?.stringValue ?? ""
                }
            }
            #expect(streamed == calls(whole))
            #expect(Answer(chatStream: chunks).choices[0].content == whole["message"]?["content"]?.stringValue ?? "")
            #expect(Answer(chatStream: chunks).choices[0].finishReason == whole["finish_reason"]?.stringValue)
        }
    }

    @Test func `without parallel calls the first one ends the answer`() async throws {
        let source = source(text("add", "sub"))
        let response = try await call(["tools": tools, "parallel_tool_calls": false]).response(from: source)
        let choice = response["choices"]?[0] ?? nil
        #expect(calls(choice).count == 1)
        #expect(choice["finish_reason"] == "tool_calls")
        #expect(source.log.cancelledChoices == [[0, 0]])
    }

    @Test func `functions are answered by function_call`() async throws {
        let functions: JSONValue = [["name": "add"]]
        let fields: JSONObject = ["functions": functions, "tools": nil]
        let choice = try await whole(text("add"), fields)
        #expect(choice["finish_reason"] == "function_call")
        #expect(choice["message"]?["function_call"] == ["name": "add", "arguments": "{\"a\": \"<数>\"}"])
        #expect(choice["message"]?["tool_calls"] == nil)
        let chunks = try await call(["functions": functions, "stream": true]).chunks(from: source(text("add")))
        let parts = chunks.compactMap { $0["choices"]?[0]?["delta"]?["function_call"] }
        #expect(parts.first?["name"] == "add")
        #expect(parts.compactMap { $0["arguments"]?.stringValue }.joined() == "{\"a\": \"<数>\"}")
        #expect(chunks.last?["choices"]?[0]?["finish_reason"] == "function_call")
    }

    @Test func `stop strings act on content, not on calls`() async throws {
        let choice = try await whole("A" + text("add"), ["stop": ["```", "a\"", "A<"]])
        #expect(calls(choice).count == 1)
        #expect(choice["message"]?["content"] == "A")
        let stopped = try await whole("A STOP" + text("add"), ["stop": "STOP"])
        #expect(calls(stopped).isEmpty)
        #expect(stopped["finish_reason"] == "stop")
    }

    @Test func `a call that is cut by the length says so`() async throws {
        let answer = Fixture.ids("</think>\n\n" + text("add"))
        let tokens = Array(answer.dropLast(6))
        let response = try await call(["tools": tools]).response(from: ScriptedSource(tokens))
        let choice = response["choices"]?[0] ?? nil
        #expect(choice["finish_reason"] == "length")
        #expect(calls(choice).first?.hasPrefix("add {") == true)
    }

    @Test func `log-probabilities are those of the content`() async throws {
        let choice = try await whole("Ab " + text("add") + " cd", ["logprobs": true])
        let tokens = (choice["logprobs"]?["content"]?.arrayValue ?? []).compactMap { $0["token"]?.stringValue }
        #expect(choice["message"]?["content"] == "Abcd")
        #expect(tokens.joined().filter { $0 != " " } == "Abcd")
    }

    @Test func `a server that tells no calls does not promise any`() async throws {
        var context = Fixture.context()
        context.chatPrompt = try ChatPrompt(
            source: Fixture.template, tokenizer: Fixture.tokenizer, controlTokens: Fixture.controlTokens,
            toolParser: .none)
        let refused = failure { try call(["tools": tools, "tool_choice": "required"], context) }
        #expect(refused?.param == "tool_choice")
        let response = try await call(["tools": tools], context).response(from: source(text("add")), context)
        #expect(response["choices"]?[0]?["message"]?["content"]?.stringValue == text("add"))
    }
}
