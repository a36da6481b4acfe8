import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct ChatRequestTests {
    private func decode(_ fields: JSONObject = [:]) throws -> ChatCompletionRequest {
        try ChatCompletionRequest(try FieldReader(body: chatBody(fields)), defaults: .openAI, vocabularySize: 1024)
    }

    private func refuse(_ fields: JSONObject, _ param: String?, _ part: String? = nil) {
        let error = failure { try decode(fields) }
        #expect(error?.status == 400)
        #expect(error?.type == "invalid_request_error")
        #expect(error?.param == param)
        if let part { #expect(error?.message.contains(part) == true, "\(error?.message ?? "")") }
    }

    @Test func `a body that is no JSON object is refused`() {
        for text in ["", "{", "[]", "3", "{\"a\":\"\u{0}\"}"] {
            #expect(failure { try FieldReader(body: Array(text.utf8)) }?.status == 400, "\(text)")
        }
        #expect(failure { try FieldReader(body: [0x7B, 0xFF, 0x7D]) }?.status == 400)
    }

    @Test func `messages are needed`() {
        refuse(["messages": nil], "messages")
        refuse(["messages": []], "messages")
        refuse(["messages": "Hi"], "messages")
        refuse(["messages": ["Hi"]], "messages[0]")
    }

    @Test func `a message needs a known role`() {
        refuse(["messages": [["content": "x"]]], "messages[0].role")
        refuse(["messages": [["role": "robot", "content": "x"]]], "messages[0].role", "robot")
        refuse(["messages": [["role": 3, "content": "x"]]], "messages[0].role")
    }

    @Test func `content is a string or text parts`() throws {
        let request = try decode([
            "messages": [
                ["role": "user", "content": [["type": "text", "text": "a"], ["type": "text", "text": "b"]]],
                ["role": "assistant", "content": [["type": "refusal", "refusal": "no"]]],
                ["role": "user", "content": [], "name": "me"],
            ]
        ])
        #expect(request.template.messages.map(\.content) == ["a\nb", "no", ""])
        #expect(request.template.messages[2].name == "me")
        refuse(["messages": [["role": "user", "content": nil]]], "messages[0].content")
        refuse(["messages": [["role": "user", "content": 3]]], "messages[0].content")
        refuse(["messages": [["role": "user", "content": [["text": "x"]]]]], "messages[0].content[0].type")
        refuse(
            ["messages": [["role": "user", "content": [["type": "text", "text": nil]]]]], "messages[0].content[0].text")
        let image: JSONValue = ["type": "image_url", "image_url": ["url": "x"]]
        refuse(
            ["messages": [["role": "user", "content": [["type": "text", "text": "a"], image]]]],
            "messages[0].content[1].type", "image_url")
    }

    @Test func `an assistant's content may be null`() throws {
        let call: JSONValue = ["id": "c", "type": "function", "function": ["name": "f", "arguments": "{}"]]
        let request = try decode([
            "messages": [
                ["role": "user", "content": "x"], ["role": "assistant", "content": nil],
                ["role": "assistant", "content": nil, "tool_calls": [call], "reasoning_content": "hm"],
                ["role": "tool", "content": "y", "tool_call_id": "c"],
            ]
        ])
        let messages = request.template.messages
        #expect(messages[1].content == "")
        #expect(messages[2].content == nil)
        #expect(messages[2].reasoning == "hm")
        #expect(messages[2].toolCalls == [.init(id: "c", name: "f", arguments: "{}")])
        #expect(messages[3].toolCallID == "c")
    }

    @Test func `tool calls are checked`() {
        func refuseCall(_ call: JSONValue, _ param: String) {
            refuse(
                ["messages": [["role": "assistant", "content": nil, "tool_calls": [call]]]],
                "messages[0].tool_calls[0]" + param)
        }
        refuseCall("f", "")
        refuseCall(["type": "function"], ".function")
        refuseCall(["type": "custom", "function": ["name": "f"]], ".type")
        refuseCall(["function": ["arguments": "{}"]], ".function.name")
        refuseCall(["function": ["name": "f", "arguments": 3]], ".function.arguments")
    }

    @Test func `the template sees developer as system and no absent fields`() throws {
        let request = try decode(["messages": [["role": "developer", "content": "x", "tool_calls": []]]])
        #expect(request.template.messages[0].templateValue == ["role": "system", "content": "x"])
    }

    @Test func `lengths, streaming and logprobs are decoded`() throws {
        #expect(try decode().maxTokens == nil)
        #expect(try decode(["max_tokens": 5]).maxTokens == 5)
        #expect(try decode(["max_tokens": 5, "max_completion_tokens": 7]).maxTokens == 7)
        #expect(try decode(["max_tokens": nil, "stream": nil]).stream.streams == false)
        let streamed = try decode(["stream": true, "stream_options": ["include_usage": true]]).stream
        #expect(streamed.streams && streamed.includesUsage && !streamed.continuesUsage)
        #expect(try decode(["stream": true, "stream_options": nil]).stream.includesUsage == false)
        #expect(try decode(["logprobs": true]).sampling.parameters.logprobs == 0)
        #expect(try decode(["logprobs": true, "top_logprobs": 20]).sampling.parameters.logprobs == 20)
        #expect(try decode(["logprobs": false, "top_logprobs": 0]).sampling.parameters.logprobs == nil)
        refuse(["max_tokens": 0], "max_tokens")
        refuse(["max_completion_tokens": "9"], "max_completion_tokens")
        refuse(["stream": "yes"], "stream")
        refuse(["stream_options": ["include_usage": true]], "stream_options")
        refuse(["stream": true, "stream_options": ["include_usage": 1]], "stream_options.include_usage")
        refuse(["top_logprobs": 3], "top_logprobs")
        refuse(["logprobs": true, "top_logprobs": 21], "top_logprobs")
        refuse(["logprobs": 1], "logprobs")
    }

    @Test func `tools are given to the template unless their use is forbidden`() throws {
        let tool: JSONValue = ["type": "function", "function": ["name": "f", "parameters": ["type": "object"]]]
        #expect(try decode(["tools": [tool]]).template.tools.tools.map(\.declaration) == [tool])
        #expect(try decode(["tools": [tool], "tool_choice": "required"]).template.tools.tools.count == 1)
        #expect(try decode(["tools": [tool], "tool_choice": "none"]).template.tools.tools.isEmpty)
        #expect(try decode(["tools": nil, "tool_choice": nil]).template.tools.tools.isEmpty)
        refuse(["tools": [tool], "tool_choice": "maybe"], "tool_choice")
        refuse(["tools": [tool], "tool_choice": 1], "tool_choice")
        refuse(["tools": [["type": "function"]]], "tools[0].function")
        refuse(["tools": [["type": "function", "function": [:]]]], "tools[0].function.name")
        refuse(["tools": [["type": "code", "function": ["name": "f"]]]], "tools[0].type")
        refuse(["tools": "f"], "tools")
    }

    @Test func `what is not supported says so, and what means nothing here is ignored`() throws {
        refuse(["response_format": ["type": "xml"]], "response_format.type")
        refuse(["response_format": "text"], "response_format")
        refuse(["chat_template": "{{ messages }}"], "chat_template")
        refuse(["continue_final_message": true, "add_generation_prompt": true], "continue_final_message")
        _ = try decode([
            "response_format": ["type": "text"], "parallel_tool_calls": true, "reasoning_effort": "low",
            "made_up": [1, 2],
        ])
    }

    @Test func `the model's name decides before anything else`() {
        let unknown = failure { try CompletionCall.chat(body: chatBody(["model": "gpt"]), context: Fixture.context()) }
        #expect(unknown == .modelNotFound("gpt"))
        #expect(unknown?.message == "The model `gpt` does not exist.")
        let number = failure { try CompletionCall.chat(body: chatBody(["model": 4]), context: Fixture.context()) }
        #expect(number?.param == "model")
    }
}
