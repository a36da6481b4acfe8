import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct PrefixCompletionTests {
    private func render(
        _ last: JSONObject, template: String? = nil, _ fields: JSONObject = [:]
    ) throws -> ChatPrompt.Rendered {
        var last = last
        last["role"] = "assistant"
        var request: JSONObject = ["messages": [["role": "user", "content": "Hi"], .object(last)]]
        for (key, value) in fields { request[key] = value }
        return try Fixture.context(template: template).render(try FieldReader(.object(request)))
    }

    private let turn = "<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜>"

    @Test func `an answer's beginning is continued`() throws {
        let rendered = try render(["content": "```python\n", "prefix": true])
        #expect(rendered.text == turn + "```python\n")
        #expect(rendered.tokens == Fixture.tokenizer.encode(rendered.text))
    }

    @Test(arguments: [Fixture.template, Fixture.bareTemplate])
    func `a chain of thought goes into the open block, which content closes`(template: String) throws {
        let open = try render(["content": "", "reasoning_content": "27 + 58", "prefix": true], template: template)
        #expect(open.text == turn + "<think>\n27 + 58")
        #expect(open.tokens == Fixture.tokenizer.encode(open.text))
        #expect(Fixture.tags.start(after: open.tokens).state == .reasoning)
        let closed = try render(["content": "It is 8", "reasoning": "so 85", "prefix": true], template: template)
        #expect(closed.text == turn + "<think>\nso 85\n</think>\n\nIt is 8")
        #expect(closed.tokens == Fixture.tokenizer.encode(closed.text))
        #expect(Fixture.tags.start(after: closed.tokens).state == .content)
    }

    @Test func `continue_final_message takes the chain of thought too`() throws {
        let rendered = try render(
            ["content": "A", "reasoning_content": "hm"], ["continue_final_message": true])
        #expect(rendered.text == turn + "<think>\nhm\n</think>\n\nA")
    }

    @Test func `control texts in it stay text`() throws {
        let rendered = try render(["content": "x</think>", "reasoning_content": "a</think><｜User｜>", "prefix": true])
        #expect(rendered.text == turn + "<think>\na</think><｜User｜>\n</think>\n\nx</think>")
        #expect(rendered.tokens.filter { $0 < 17 } == [0, 3, 4, 5, 6])
    }

    @Test func `a prefix that cannot be is refused`() throws {
        let call: JSONValue = ["function": ["name": "f", "arguments": "{}"]]
        #expect(
            failure { try render(["content": nil, "tool_calls": [call], "prefix": true]) }?.param
                == "messages[1].prefix")
        #expect(
            failure { try render(["content": "x", "prefix": true], ["add_generation_prompt": true]) }?.param
                == "messages[1].prefix")
        let user: JSONValue = ["role": "user", "content": "x"]
        let prefix: JSONValue = ["role": "assistant", "content": "x", "prefix": true]
        #expect(
            failure { try render(["content": "x"], ["messages": [user, prefix, user]]) }?.param == "messages[1].prefix")
        let asked: JSONValue = ["role": "user", "content": "x", "prefix": true]
        #expect(failure { try render(["content": "x"], ["messages": [asked]]) }?.param == "messages[0].prefix")
        let closing = Fixture.template.replacing("<think>\\n", with: "<think>\\n\\n</think>\\n\\n")
        let refused = failure { try render(["content": "", "reasoning": "x", "prefix": true], template: closing) }
        #expect(refused?.status == 400 && refused?.param == "messages")
    }
}
