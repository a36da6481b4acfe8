import JSON
import Testing

@testable import OpenAI

@Suite struct ResponsesRequestTests {
    private let store = ResponseStore(capacity: 8, memory: 1 << 20)

    private func request(_ fields: JSONObject) throws -> ResponsesRequest {
        try ResponsesRequest(
            FieldReader(.object(fields)), id: "resp_new", defaults: .openAI, store: store)
    }

    /// The chat request that the fields become.
    private func chat(_ fields: JSONObject) throws -> JSONObject {
        try request(fields).chat.object
    }

    private func call(_ fields: JSONObject) throws -> CompletionCall {
        let body = Array(JSONValue.object(fields).serialized().utf8)
        return try CompletionCall.responses(body: body, context: Fixture.context(), store: store)
    }

    @Test func `a string is one user message, and instructions come before it`() throws {
        #expect(try chat(["input": "Hi"])["messages"] == [["role": "user", "content": "Hi"]])
        #expect(
            try chat(["input": "Hi", "instructions": "Be brief."])["messages"] == [
                ["role": "system", "content": "Be brief."], ["role": "user", "content": "Hi"],
            ])
    }

    @Test func `reasoning, text and calls of one turn are one message, and outputs are the tool's`() throws {
        let input: JSONValue = [
            ["role": "developer", "content": "Use tools."],
            ["type": "message", "role": "user", "content": [["type": "input_text", "text": "12 + 3?"]]],
            [
                "type": "reasoning", "id": "rs_1", "summary": [],
                "content": [["type": "reasoning_text", "text": "I need a sum."]],
            ],
            ["type": "message", "role": "assistant", "content": [["type": "output_text", "text": "Let me see."]]],
            ["type": "function_call", "call_id": "c1", "name": "add", "arguments": "{\"a\":12}"],
            ["type": "function_call", "call_id": "c2", "name": "add", "arguments": "{}"],
            ["type": "function_call_output", "call_id": "c1", "output": "15"],
            ["type": "function_call_output", "call_id": "c2", "output": [["type": "input_text", "text": "0"]]],
            ["role": "assistant", "content": "15"],
            ["role": "user", "content": [["type": "input_text", "text": "a"], ["type": "input_text", "text": "b"]]],
        ]
        #expect(
            try chat(["input": input])["messages"] == [
                ["role": "developer", "content": "Use tools."],
                ["role": "user", "content": "12 + 3?"],
                [
                    "role": "assistant", "content": "Let me see.", "reasoning_content": "I need a sum.",
                    "tool_calls": [
                        ["id": "c1", "type": "function", "function": ["name": "add", "arguments": "{\"a\":12}"]],
                        ["id": "c2", "type": "function", "function": ["name": "add", "arguments": "{}"]],
                    ],
                ],
                ["role": "tool", "content": "15", "tool_call_id": "c1"],
                ["role": "tool", "content": "0", "tool_call_id": "c2"],
                ["role": "assistant", "content": "15"],
                ["role": "user", "content": [["type": "text", "text": "a"], ["type": "text", "text": "b"]]],
            ])
    }

    @Test func `a reasoning item without content gives its summary, and belongs to the call after it`() throws {
        let messages = try chat([
            "input": [
                ["role": "user", "content": "x"],
                ["type": "reasoning", "summary": [["type": "summary_text", "text": "Short."]]],
                ["type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"],
            ]
        ])["messages"]
        #expect(messages?[1]?["reasoning_content"] == "Short.")
        #expect(messages?[1]?["content"] == .null)
        #expect(messages?[1]?["tool_calls"]?.arrayValue?.count == 1)
    }

    @Test func `fields get chat completions' names, and those of its own stay`() throws {
        let chat = try chat([
            "input": "x", "max_output_tokens": 20, "temperature": 0.5, "top_p": 0.9, "seed": 3, "top_k": 7, "n": 4,
            "reasoning": ["effort": "low"], "stream": true, "stream_options": ["include_obfuscation": false],
            "top_logprobs": 2, "metadata": ["a": "b"], "chat_template_kwargs": ["thinking": false],
        ])
        #expect(chat["max_completion_tokens"] == 20)
        #expect(chat["temperature"] == 0.5)
        #expect(chat["top_p"] == 0.9)
        #expect(chat["seed"] == 3)
        #expect(chat["top_k"] == 7)
        #expect(chat["reasoning_effort"] == "low")
        #expect(chat["stream"] == true)
        #expect(chat["logprobs"] == true)
        #expect(chat["top_logprobs"] == 2)
        #expect(chat["chat_template_kwargs"] == ["thinking": false])
        for field in ["n", "stream_options", "reasoning", "input"] { #expect(chat[field] == nil) }
        #expect(
            try self.chat(["input": "x", "include": ["message.output_text.logprobs"]])["top_logprobs"] == 0)
    }

    @Test func `text format becomes response_format`() throws {
        let schema: JSONValue = ["type": "object"]
        let format: JSONObject = ["type": "json_schema", "name": "n", "strict": true, "schema": schema]
        #expect(
            try chat(["input": "x", "text": ["format": .object(format)]])["response_format"] == [
                "type": "json_schema", "json_schema": ["name": "n", "strict": true, "schema": schema],
            ])
        #expect(
            try chat(["input": "x", "text": ["format": ["type": "json_object"]]])["response_format"] == [
                "type": "json_object"
            ])
    }

    @Test func `tools lose their flat shape, and allowed tools are the only ones`() throws {
        let tools: JSONValue = [
            ["type": "function", "name": "f", "parameters": ["type": "object"], "strict": true],
            ["type": "function", "name": "g"],
        ]
        let all = try chat(["input": "x", "tools": tools, "tool_choice": ["type": "function", "name": "g"]])
        #expect(
            all["tools"] == [
                ["type": "function", "function": ["name": "f", "parameters": ["type": "object"], "strict": true]],
                ["type": "function", "function": ["name": "g"]],
            ])
        #expect(all["tool_choice"] == ["type": "function", "function": ["name": "g"]])
        let some = try chat([
            "input": "x", "tools": tools,
            "tool_choice": [
                "type": "allowed_tools", "mode": "required", "tools": [["type": "function", "name": "g"]],
            ],
        ])
        #expect(some["tools"] == [["type": "function", "function": ["name": "g"]]])
        #expect(some["tool_choice"] == "required")
    }

    @Test(
        arguments: [
            (["input": 3], "input"), (["input": []], "input"), ([:], "input"),
            (["input": [["role": "tool", "content": "x"]]], "input[0].role"),
            (["input": [["role": "user"]]], "input[0].content"),
            (["input": [["role": "user", "content": [["type": "input_image"]]]]], "input[0].content[0].type"),
            (["input": [["type": "web_search_call"]]], "input[0].type"),
            (["input": [["type": "function_call", "name": "f", "arguments": "{}"]]], "input[0].call_id"),
            (["input": "x", "max_output_tokens": 15], "max_output_tokens"),
            (["input": "x", "temperature": 3], "temperature"),
            (["input": "x", "background": true], "background"),
            (["input": "x", "conversation": "conv_1"], "conversation"),
            (["input": "x", "tools": [["type": "web_search"]]], "tools[0].type"),
            (["input": "x", "tools": [["type": "function"]]], "tools[0].name"),
            (["input": "x", "tools": [["type": "function", "name": "f", "parameters": 1]]], "tools[0].parameters"),
            (["input": "x", "tool_choice": ["type": "mcp"]], "tool_choice.type"),
            (["input": "x", "text": ["format": ["type": "xml"]]], "text.format.type"),
            (["input": "x", "truncation": "most"], "truncation"),
            (["input": "x", "include": ["everything"]], "include[0]"),
            (["input": "x", "metadata": ["a": 1]], "metadata.a"),
            (["input": "x", "top_logprobs": 21], "top_logprobs"),
            (["input": "x", "previous_response_id": "resp_gone"], "previous_response_id"),
        ] as [(JSONObject, String)])
    func `an error names the request's own field`(_ fields: JSONObject, _ param: String) {
        let error = failure { try call(fields) }
        #expect(error?.status == 400)
        #expect(error?.param == param)
        #expect(error?.message.contains(param == "previous_response_id" ? "resp_gone" : "'\(param)'") == true)
    }

    @Test func `a prompt that is too long is the input's fault`() {
        let error = failure { try call(["input": .string(String(repeating: "7 ", count: 5000))]) }
        #expect(error?.code == "context_length_exceeded")
        #expect(error?.param == "input")
    }

    @Test func `what chat completions refuse is told in this API's names`() {
        var chat = ChatTranslation()
        chat.rename("messages", "input")
        chat.rename("messages[1]", "input[4]")
        chat.rename("messages[10]", "input[12]")
        let error = chat.restored(
            .invalidRequest("'messages[1].content' must differ from 'messages[10].name'.", param: "messages[1].content")
        )
        #expect(error.param == "input[4].content")
        #expect(error.message == "'input[4].content' must differ from 'input[12].name'.")
        #expect(chat.restored(.invalidRequest("x", param: "messages")).param == "input")
        #expect(chat.restored(.invalidRequest("x", param: "model")).param == "model")
    }

    @Test func `references do not multiply what they refer to without bound`() throws {
        let long: JSONValue = ["id": "a", "role": "user", "content": .string(String(repeating: "a", count: 1 << 20))]
        let reference: JSONValue = ["type": "item_reference", "id": "a"]
        func input(_ count: Int) -> JSONObject {
            ["input": .array([long] + [JSONValue](repeating: reference, count: count))]
        }
        #expect(try request(input(15)).input.count == 16)
        #expect(throws: APIError.self) { try request(input(16)) }
    }

    @Test func `a conversation takes time in proportion to its length`() throws {
        let count = 100_000
        let messages = (0..<count).map { JSONValue.object(["role": "user", "content": .string("\($0)"), "id": "a"]) }
        let reference: JSONValue = ["type": "item_reference", "id": "a"]
        let request = try request([
            "input": .array(messages + [JSONValue](repeating: reference, count: count / 10)), "truncation": "auto",
        ])
        #expect(request.chat(dropping: request.droppable).object["messages"]?.arrayValue?.count == 1)
        let error = request.chat.restored(.invalidRequest("'messages[7].content' is", param: "messages[7].content"))
        #expect(error.param == "input[7].content" && error.message == "'input[7].content' is")
    }
}
