import JSON
import Testing

@testable import OpenAI

@Suite struct ToolFieldsTests {
    private func decode(_ fields: JSONObject) throws -> ToolFields {
        try ToolFields(try FieldReader(.object(fields)))
    }

    private func tool(_ name: String, _ fields: JSONObject = [:]) -> JSONValue {
        var function: JSONObject = ["name": .string(name)]
        for (key, value) in fields { function[key] = value }
        return ["type": "function", "function": .object(function)]
    }

    private func refuse(_ fields: JSONObject, _ param: String, _ words: String = "") {
        let error = failure { try decode(fields) }
        #expect(error?.status == 400)
        #expect(error?.param == param)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `functions are read with their schemas`() throws {
        let parameters: JSONValue = ["properties": ["a": ["type": "integer"]], "required": ["a"]]
        let fields = try decode(["tools": [tool("f", ["parameters": parameters, "strict": true]), tool("g")]])
        #expect(fields.tools.map(\.name) == ["f", "g"])
        #expect(fields.tools.map(\.isStrict) == [true, false])
        #expect(fields.tools[0].parameters["type"] == "object")
        #expect(fields.tools[0].declaration == tool("f", ["parameters": parameters, "strict": true]))
        #expect(fields.choice == .auto)
        #expect(fields.allowsParallelCalls)
        #expect(!fields.isLegacy)
    }

    @Test func `what is no function is refused`() {
        refuse(["tools": [["type": "custom", "custom": ["name": "c"]]]], "tools[0].type", "'custom'")
        refuse(["tools": [tool("a b")]], "tools[0].function.name")
        refuse(["tools": [tool("")]], "tools[0].function.name")
        refuse(["tools": [tool("f"), tool("f")]], "tools[1]", "second time")
        refuse(["tools": [tool("f", ["parameters": ["type": "string"]])]], "tools[0].function.parameters", "'object'")
        refuse(["tools": [tool("f", ["parameters": []])]], "tools[0].function.parameters")
        refuse(["tools": [tool("f", ["strict": "yes"])]], "tools[0].function.strict")
        refuse(["tools": .array((0..<129).map { tool("f\($0)") })], "tools", "128")
        #expect(throws: Never.self) { try decode(["tools": .array((0..<128).map { tool("f\($0)") })]) }
    }

    @Test func `tool_choice leaves what may be called`() throws {
        let tools: JSONValue = [tool("f"), tool("g"), tool("h")]
        func choose(_ choice: JSONValue) throws -> ToolFields { try decode(["tools": tools, "tool_choice": choice]) }
        #expect(try choose("none").tools.isEmpty)
        #expect(try choose("auto").choice == .auto)
        #expect(try choose("required").choice == .required)
        let named = try choose(["type": "function", "function": ["name": "g"]])
        #expect(named.choice == .named("g"))
        #expect(named.tools.map(\.name) == ["g"])
        let allowed: JSONValue = ["mode": "required", "tools": [tool("h"), tool("f")]]
        let restricted = try choose(["type": "allowed_tools", "allowed_tools": allowed])
        #expect(restricted.choice == .required)
        #expect(restricted.tools.map(\.name) == ["f", "h"])
        #expect(try decode(["tool_choice": "auto"]).tools.isEmpty)
        #expect(try decode(["tool_choice": "none"]).tools.isEmpty)
    }

    @Test func `a choice that cannot be met is refused`() {
        let tools: JSONValue = [tool("f")]
        refuse(["tool_choice": "required"], "tool_choice", "no 'tools'")
        refuse(["tools": tools, "tool_choice": "maybe"], "tool_choice", "'maybe'")
        refuse(
            ["tools": tools, "tool_choice": ["type": "function", "function": ["name": "g"]]],
            "tool_choice.function.name", "'g'")
        refuse(["tools": tools, "tool_choice": ["type": "function"]], "tool_choice.function")
        refuse(["tools": tools, "tool_choice": ["type": "custom", "custom": ["name": "f"]]], "tool_choice.type")
        refuse(
            [
                "tools": tools,
                "tool_choice": ["type": "allowed_tools", "allowed_tools": ["mode": "some", "tools": []]],
            ],
            "tool_choice.allowed_tools.mode")
        refuse(
            [
                "tools": tools,
                "tool_choice": ["type": "allowed_tools", "allowed_tools": ["mode": "auto", "tools": [tool("g")]]],
            ], "tool_choice.allowed_tools.tools[0].function.name")
        refuse(["tools": tools, "parallel_tool_calls": 1], "parallel_tool_calls")
    }

    @Test func `functions and function_call are the older spelling`() throws {
        let functions: JSONValue = [["name": "f"], ["name": "g"]]
        let fields = try decode(["functions": functions, "function_call": ["name": "g"]])
        #expect(fields.isLegacy)
        #expect(fields.choice == .named("g"))
        #expect(!fields.allowsParallelCalls)
        #expect(try decode(["functions": functions, "function_call": "none"]).tools.isEmpty)
        refuse(["functions": functions, "function_call": "required"], "function_call")
        refuse(["functions": [["name": "f", "parameters": 1]]], "functions[0].parameters")
    }

    @Test func `messages of the older spelling are calls and results`() throws {
        let messages: JSONValue = [
            ["role": "assistant", "content": nil, "function_call": ["name": "f", "arguments": "{\"a\": 1}"]],
            ["role": "function", "name": "f", "content": "2"],
        ]
        let fields = try TemplateFields(try FieldReader(["messages": messages]))
        #expect(fields.messages[0].toolCalls == [.init(id: nil, name: "f", arguments: "{\"a\": 1}")])
        #expect(fields.messages[1].role == .tool)
        #expect(fields.messages[1].name == "f")
    }

    @Test func `mutated fields are read or refused`() throws {
        var generator = SplitMix(state: 11)
        let scraps: [JSONValue] = [
            nil, true, 3, "", "auto", "required", "function", [], [:], ["type": "function"], ["name": "f"],
            .array([nil]),
            ["type": "allowed_tools", "allowed_tools": ["mode": "auto", "tools": [["type": "function"]]]],
            ["type": "object", "properties": ["a": 1]],
        ]
        func scrap() -> JSONValue { scraps[Int.random(in: 0..<scraps.count, using: &generator)] }
        func mutated(_ value: JSONValue) -> JSONValue {
            if Int.random(in: 0..<8, using: &generator) == 0 { return scrap() }
            switch value {
            case .array(let elements): return .array(elements.map { mutated($0) })
            case .object(let members):
                var result = JSONObject()
                for (key, member) in members { result[key] = mutated(member) }
                return .object(result)
            default: return value
            }
        }
        let whole: JSONObject = [
            "tools": [tool("f", ["parameters": ["type": "object"], "strict": true]), tool("g", ["description": "G"])],
            "tool_choice": ["type": "function", "function": ["name": "f"]], "parallel_tool_calls": true,
            "functions": [["name": "h"]], "function_call": "auto",
        ]
        var accepted = 0
        for _ in 0..<3000 {
            guard case .object(let fields) = mutated(.object(whole)) else { continue }
            do {
                _ = try decode(fields)
                accepted += 1
            } catch {
                let error = try #require(error as? APIError)
                #expect(error.status == 400)
            }
        }
        #expect((1..<3000).contains(accepted))
    }
}
