import FoundationEssentials
import JSON
import Testing

@testable import OpenAI

/// Loops that transformers rendered with real templates; see Fixtures/generate_tools.py.
@Suite struct ToolConversationTests {
    private static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(path)")), as: UTF8.self)
    }

    @Test func `tool loops are rendered as the reference does`() throws {
        let cases = try JSONValue(parsing: Self.text("OpenAITests/Fixtures/tool_conversations.json")).arrayValue ?? []
        #expect(cases.count > 20)
        for (number, example) in cases.enumerated() {
            let name = example["template"]?.stringValue ?? ""
            let prompt = try ChatPrompt(
                source: try Self.text("JinjaTests/Fixtures/templates/\(name).jinja"), tokenizer: Fixture.tokenizer,
                controlTokens: Fixture.controlTokens)
            let fields: JSONObject = ["messages": example["messages"] ?? nil, "tools": example["tools"] ?? nil]
            let rendered = try prompt.render(try TemplateFields(try FieldReader(.object(fields))))
            #expect(rendered.text == example["text"]?.stringValue, "\(number) \(name)")
        }
    }

    @Test func `calls of a template that takes one at a time are taken apart`() throws {
        let prompt = try ChatPrompt(
            source: try Self.text("JinjaTests/Fixtures/templates/llama3.1.jinja"), tokenizer: Fixture.tokenizer,
            controlTokens: Fixture.controlTokens)
        func call(_ id: String) -> JSONValue {
            ["id": .string(id), "function": ["name": .string("f_" + id), "arguments": "{\"x\": [1]}"]]
        }
        let messages: JSONValue = [
            ["role": "user", "content": "A?"],
            ["role": "assistant", "content": "See:", "tool_calls": [call("a"), call("b")]],
            ["role": "tool", "tool_call_id": "b", "content": "2"],
            ["role": "tool", "tool_call_id": "a", "content": "1"],
        ]
        let text = try prompt.render(try TemplateFields(try FieldReader(["messages": messages]))).text
        let order = ["f_a", "\"1\"", "f_b", "\"2\""].compactMap { text.firstRange(of: $0)?.lowerBound }
        #expect(order.count == 4)
        #expect(order == order.sorted())
        #expect(text.contains("{\"name\": \"f_a\", \"parameters\": {\"x\": [1]}}"))
    }
}
