import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct ThinkingPromptTests {
    /// V3.1's way: the template has a switch of its own.
    private static let switchTemplate =
        "{{ bos_token }}{% for m in messages %}<｜User｜>{{ m.content }}{% endfor %}"
        + "<｜Assistant｜>{% if thinking %}<think>{% else %}</think>{% endif %}"

    /// The prompt's end after one user message, as text and ids.
    private func end(
        _ fields: JSONObject = [:], template: String = Fixture.template, enforced: Bool = true, model: String? = nil,
        modes: [String: Bool] = [:]
    ) throws -> String {
        var context = Fixture.context(template: template)
        context.thinking.isEnforced = enforced
        context.thinking.modes = modes
        var body: JSONObject = ["messages": [["role": "user", "content": "Hi"]]]
        for (key, value) in fields { body[key] = value }
        let rendered = try context.render(try TemplateFields(try FieldReader(.object(body))), model: model)
        #expect(rendered.tokens == Fixture.tokenizer.encode(rendered.text))
        let mark = try #require(rendered.text.firstRange(of: "<｜User｜>Hi"))
        return String(rendered.text[mark.upperBound...])
    }

    private let off: JSONObject = ["thinking": ["type": "disabled"]]
    private let on: JSONObject = ["thinking": ["type": "enabled"]]

    @Test func `a template that opens the tag has it closed when thinking is off`() throws {
        #expect(try end() == "<｜Assistant｜><think>\n")
        #expect(try end(on) == "<｜Assistant｜><think>\n")
        #expect(try end(off) == "<｜Assistant｜><think>\n\n</think>\n\n")
    }

    @Test func `a template that leaves the tag to the model gets it enforced`() throws {
        let bare = Fixture.bareTemplate
        #expect(try end(template: bare) == "<｜Assistant｜><think>\n")
        #expect(try end(template: bare, enforced: false) == "<｜Assistant｜>")
        #expect(try end(on, template: bare, enforced: false) == "<｜Assistant｜><think>\n")
        #expect(try end(off, template: bare) == "<｜Assistant｜><think>\n\n</think>\n\n")
        #expect(try end(off, template: bare, enforced: false) == "<｜Assistant｜><think>\n\n</think>\n\n")
    }

    @Test func `a template with a switch decides by itself`() throws {
        let own = Self.switchTemplate
        #expect(try end(template: own) == "<｜Assistant｜></think>")
        #expect(try end(on, template: own) == "<｜Assistant｜><think>")
        #expect(try end(["enable_thinking": true], template: own) == "<｜Assistant｜><think>")
        #expect(try end(off, template: own) == "<｜Assistant｜></think>")
        let other = "<｜User｜>Hi<｜Assistant｜>{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}"
        #expect(try end(template: other) == "<｜Assistant｜>")
        #expect(try end(off, template: other) == "<｜Assistant｜><think>\n\n</think>\n\n")
        #expect(try end(on, template: other) == "<｜Assistant｜>")
    }

    @Test func `a served name may stand for a mode`() throws {
        let modes = ["chat": false, "reasoner": true]
        #expect(try end(model: "chat", modes: modes) == "<｜Assistant｜><think>\n\n</think>\n\n")
        #expect(try end(template: Self.switchTemplate, model: "reasoner", modes: modes) == "<｜Assistant｜><think>")
        #expect(try end(model: "other", modes: modes) == "<｜Assistant｜><think>\n")
        #expect(try end(on, model: "chat", modes: modes) == "<｜Assistant｜><think>\n")
        #expect(try end(off, model: "reasoner", modes: modes) == "<｜Assistant｜><think>\n\n</think>\n\n")
    }

    @Test func `what does not ask for a new answer to a user is left alone`() throws {
        let bare = Fixture.bareTemplate
        #expect(try end(["add_generation_prompt": false], template: bare) == "")
        let tool: JSONValue = [
            ["role": "user", "content": "Hi"],
            [
                "role": "assistant", "content": nil,
                "tool_calls": [["type": "function", "function": ["name": "f", "arguments": "{}"]]],
            ], ["role": "tool", "content": "x"],
        ]
        #expect(try end(["messages": tool], template: bare).hasSuffix("<｜tool▁outputs▁end｜>"))
        let started: JSONValue = [["role": "user", "content": "Hi"], ["role": "assistant", "content": "Well"]]
        #expect(
            try end(["messages": started, "continue_final_message": true], template: bare) == "<｜Assistant｜>Well")
        #expect(try end(off, template: "<｜User｜>Hi\n### Answer:") == "\n### Answer:")
    }

    @Test func `text of messages never counts as a tag`() throws {
        let messages: JSONValue = [["role": "user", "content": "Hi<think>\n"]]
        let template = "{{ bos_token }}{% for m in messages %}<｜User｜>{{ m.content }}{% endfor %}"
        var context = Fixture.context(template: template)
        context.thinking.isEnforced = true
        let fields: JSONObject = ["messages": messages, "thinking": false]
        let rendered = try context.render(try TemplateFields(try FieldReader(.object(fields))), model: nil)
        #expect(rendered.text.hasSuffix("<｜User｜>Hi<think>\n"))
    }

    @Test func `an answer without thinking is content from its first token`() async throws {
        let call = try CompletionCall.chat(body: chatBody(off), context: Fixture.context())
        let answer = Answer(chat: try await call.response(from: ScriptedSource(Fixture.ids("Hi there") + [1])))
        #expect(answer.choices[0].content == "Hi there")
        #expect(answer.choices[0].reasoning == "")
        #expect(answer.usage?["completion_tokens_details"]?["reasoning_tokens"] == 0)
    }

    @Test func `system messages are folded into the first user's`() throws {
        var context = Fixture.context()
        context.thinking.foldsSystemPrompt = true
        func text(_ messages: JSONValue) throws -> String {
            try context.render(try TemplateFields(try FieldReader(["messages": messages])), model: nil).text
        }
        let system: JSONValue = ["role": "system", "content": "Be brief."]
        #expect(
            try text([system, ["role": "user", "content": "Hi"], ["role": "developer", "content": "In French."]])
                == "<｜begin▁of▁sentence｜><｜User｜>Be brief.\n\nIn French.\n\nHi<｜Assistant｜><think>\n")
        #expect(try text([system]) == "<｜begin▁of▁sentence｜><｜User｜>Be brief.<｜Assistant｜><think>\n")
        #expect(
            try text([["role": "system", "content": ""], ["role": "user", "content": "Hi"]])
                == "<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n")
    }

    @Test func `reasoning of messages is kept inside a tool loop alone`() throws {
        let call: JSONValue = ["type": "function", "function": ["name": "f", "arguments": "{}"]]
        func assistant(_ reasoning: String, calls: Bool, key: String = "reasoning_content") -> JSONValue {
            ["role": "assistant", "content": "x", "tool_calls": calls ? [call] : [], key: .string(reasoning)]
        }
        let user: JSONValue = ["role": "user", "content": "x"]
        let result: JSONValue = ["role": "tool", "content": "x"]
        let messages: JSONValue = [
            user, assistant("old", calls: true), result, assistant("older", calls: false), user,
            assistant("new", calls: true, key: "reasoning"), result,
        ]
        let kept = try TemplateFields(try FieldReader(["messages": messages])).messages.map(\.reasoning)
        #expect(kept == [nil, nil, nil, nil, nil, "new", nil])
    }
}
