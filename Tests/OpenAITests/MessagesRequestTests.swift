import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct MessagesRequestTests {
    private func body(_ fields: JSONObject) -> JSONObject {
        var body: JSONObject = ["model": "nano", "max_tokens": 50, "messages": [["role": "user", "content": "Hi"]]]
        for (key, value) in fields { body[key] = value }
        return body
    }

    /// The chat request that the fields become.
    private func chat(_ fields: JSONObject) throws -> JSONObject {
        try MessagesRequest(FieldReader(.object(body(fields)))).chat.object
    }

    private func call(_ fields: JSONObject, _ context: ModelContext = Fixture.context()) throws -> CompletionCall {
        try CompletionCall.messages(
            body: Array(JSONValue.object(body(fields)).serialized().utf8), context: context, requestID: "test")
    }

    @Test func `blocks become messages, results of tools those of the tool`() throws {
        let chat = try chat([
            "system": [["type": "text", "text": "Be kind.", "cache_control": ["type": "ephemeral"]]],
            "messages": [
                ["role": "user", "content": [["type": "text", "text": "12 + 3?"]]],
                [
                    "role": "assistant",
                    "content": [
                        ["type": "thinking", "thinking": "A sum.", "signature": "s"],
                        ["type": "redacted_thinking", "data": "x"],
                        ["type": "text", "text": "Let me see."],
                        ["type": "tool_use", "id": "t1", "name": "add", "input": ["a": 12, "b": 3]],
                    ],
                ],
                [
                    "role": "user",
                    "content": [
                        ["type": "tool_result", "tool_use_id": "t1", "content": [["type": "text", "text": "15"]]],
                        ["type": "tool_result", "tool_use_id": "t2", "is_error": true],
                        ["type": "text", "text": "And now?"],
                    ],
                ],
            ],
        ])
        #expect(
            chat["messages"] == [
                ["role": "system", "content": "Be kind."],
                ["role": "user", "content": "12 + 3?"],
                [
                    "role": "assistant", "content": "Let me see.", "reasoning_content": "A sum.",
                    "tool_calls": [
                        [
                            "id": "t1", "type": "function",
                            "function": ["name": "add", "arguments": "{\"a\":12,\"b\":3}"],
                        ]
                    ],
                ],
                ["role": "tool", "content": "15", "tool_call_id": "t1"],
                ["role": "tool", "content": "", "tool_call_id": "t2"],
                ["role": "user", "content": "And now?"],
            ])
        #expect(chat["continue_final_message"] == nil)
    }

    @Test func `turns of one role join, and a last assistant's is continued`() throws {
        let chat = try chat([
            "messages": [
                ["role": "user", "content": "a"], ["role": "user", "content": "b"],
                ["role": "assistant", "content": "The answer is"],
            ]
        ])
        #expect(
            chat["messages"] == [
                ["role": "user", "content": [["type": "text", "text": "a"], ["type": "text", "text": "b"]]],
                ["role": "assistant", "content": "The answer is"],
            ])
        #expect(chat["continue_final_message"] == true)
    }

    @Test func `fields get chat completions' names`() throws {
        let chat = try chat([
            "stop_sequences": ["a", "b"], "temperature": 0.5, "top_p": 0.9, "top_k": 5, "seed": 7, "n": 3,
            "thinking": ["type": "enabled", "budget_tokens": 30], "metadata": ["user_id": "me"],
            "tools": [["name": "f", "description": "d", "input_schema": ["type": "object"]]],
            "tool_choice": ["type": "any", "disable_parallel_tool_use": true],
            "output_config": ["effort": "low", "format": ["type": "json_schema", "schema": ["type": "object"]]],
        ])
        #expect(chat["max_tokens"] == 50)
        #expect(chat["stop"] == ["a", "b"])
        #expect(chat["temperature"] == 0.5)
        #expect(chat["top_p"] == 0.9)
        #expect(chat["top_k"] == 5)
        #expect(chat["seed"] == 7)
        #expect(chat["thinking"] == ["type": "enabled"])
        #expect(chat["thinking_token_budget"] == 30)
        #expect(chat["reasoning_effort"] == "low")
        #expect(
            chat["tools"] == [
                [
                    "type": "function",
                    "function": ["name": "f", "description": "d", "parameters": ["type": "object"]],
                ]
            ])
        #expect(chat["tool_choice"] == "required")
        #expect(chat["parallel_tool_calls"] == false)
        #expect(chat["response_format"]?["json_schema"]?["schema"] == ["type": "object"])
        for field in ["n", "metadata", "system", "stop_sequences"] { #expect(chat[field] == nil) }
    }

    @Test(
        arguments: [
            (["type": "auto"], "auto"), (["type": "none"], "none"),
            (["type": "tool", "name": "f"], ["type": "function", "function": ["name": "f"]]),
        ] as [(JSONValue, JSONValue)])
    func `a choice of tools is translated`(_ choice: JSONValue, _ expected: JSONValue) throws {
        #expect(try chat(["tool_choice": choice])["tool_choice"] == expected)
    }

    @Test(arguments: [("disabled", "disabled"), ("adaptive", "enabled")])
    func `thinking is switched`(_ type: String, _ expected: String) throws {
        let chat = try chat(["thinking": ["type": .string(type)]])
        #expect(chat["thinking"] == ["type": .string(expected)])
        #expect(chat["thinking_token_budget"] == nil)
    }

    @Test(
        arguments: [
            (["max_tokens": nil], "max_tokens"), (["max_tokens": 0], "max_tokens"), (["messages": nil], "messages"),
            (["messages": []], "messages"), (["messages": [["role": "tool", "content": "x"]]], "messages[0].role"),
            (["messages": [["role": "user"]]], "messages[0].content"),
            (["messages": [["role": "user", "content": [["type": "image"]]]]], "messages[0].content[0].type"),
            (["messages": [["role": "user", "content": [["type": "tool_use"]]]]], "messages[0].content[0].type"),
            (["temperature": 1.5], "temperature"), (["top_p": 2], "top_p"),
            (["stop_sequences": [""]], "stop_sequences[0]"),
            (["thinking": ["type": "enabled"]], "thinking.budget_tokens"),
            (["thinking": ["type": "much"]], "thinking.type"),
            (["tools": [["name": "f"]]], "tools[0].input_schema"),
            (["tools": [["type": "bash_20250124", "name": "bash"]]], "tools[0].type"),
            (["tool_choice": ["type": "tool"]], "tool_choice.name"), (["mcp_servers": [["url": "x"]]], "mcp_servers"),
        ] as [(JSONObject, String)])
    func `an error names the request's own field`(_ fields: JSONObject, _ param: String) {
        let error = failure { try call(fields) }
        #expect(error?.status == 400)
        #expect(error?.param == param)
        #expect(error?.message.contains("'\(param)'") == true)
    }

    @Test func `max_tokens may exceed what the context has left`() throws {
        let context = Fixture.context(maxModelLength: 40)
        let request = try call(["max_tokens": 9000], context).requests[0]
        #expect(request.maxTokens == 40 - request.prompt.count)
        let long = failure {
            try call(["messages": [["role": "user", "content": .string(String(repeating: "7 ", count: 50))]]], context)
        }
        #expect(long?.code == "context_length_exceeded")
    }

    @Test(arguments: [
        (400, 400, "invalid_request_error"), (401, 401, "authentication_error"), (404, 404, "not_found_error"),
        (405, 405, "invalid_request_error"), (413, 413, "request_too_large"), (429, 429, "rate_limit_error"),
        (500, 500, "api_error"), (503, 529, "overloaded_error"),
    ])
    func `errors have Anthropic's statuses and types`(_ status: Int, _ expected: Int, _ type: String) throws {
        let error = APIError(status: status, type: "x", message: "m", param: "p")
        #expect(error.anthropicStatus == expected)
        #expect(
            try JSONValue(parsing: error.anthropicBody) == [
                "type": "error", "error": ["type": .string(type), "message": "m"],
            ])
    }
}
