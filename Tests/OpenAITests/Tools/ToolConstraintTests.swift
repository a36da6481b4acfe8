import Engine
import Grammar
import JSON
import Testing
import Tokenization

@testable import OpenAI

@Suite struct ToolConstraintTests {
    private let dialect = DeepSeekR1Tools(acceptsObjects: true)

    private func tool(_ name: String, strict: Bool = false) -> JSONValue {
        [
            "type": "function",
            "function": [
                "name": .string(name), "strict": .bool(strict),
                "parameters": ["type": "object", "properties": ["n": ["type": "integer"]], "required": ["n"]],
            ],
        ]
    }

    private func guide(_ fields: JSONObject, parser: ToolParserName = .auto) throws -> AnswerGuide? {
        var context = Fixture.context()
        context.chatPrompt = try ChatPrompt(
            source: Fixture.template, tokenizer: Fixture.tokenizer, controlTokens: Fixture.controlTokens,
            toolParser: parser)
        return try CompletionCall.chat(body: chatBody(fields), context: context).requests[0].guidance?.answer
    }

    /// Whether an answer may be just this text, by tokens.
    private func allows(_ guide: AnswerGuide?, _ text: String) throws -> Bool {
        guard let guide else { return true }
        var matcher = GrammarMatcher(guide.grammar)
        for token in Fixture.ids(text) where try !matcher.accept(token) { return false }
        return matcher.isComplete
    }

    private func text(_ calls: (String, String)..., in dialect: (any ToolDialect)? = nil) -> String {
        (dialect ?? self.dialect).text(of: calls.map { .init(id: nil, name: $0.0, arguments: $0.1) })
    }

    @Test func `required answers are calls with arguments of their schemas`() throws {
        let guide = try guide(["tools": [tool("f"), tool("g")], "tool_choice": "required"])
        #expect(guide?.trigger == nil)
        #expect(try allows(guide, text(("f", "{\"n\": 1}"))))
        #expect(try allows(guide, text(("f", "{\"n\":1}"), ("g", "{\"n\": -2}"), ("f", "{\"n\": 3}"))))
        for wrong in [
            "", "No.", text(("h", "{\"n\": 1}")), text(("f", "{}")), text(("f", "{\"n\": \"1\"}")),
            text(("f", "{\"n\": 1, \"m\": 2}")), text(("f", "{\"n\": 1}")) + "more", "A" + text(("f", "{\"n\": 1}")),
        ] {
            #expect(try !allows(guide, wrong), "\(wrong)")
        }
    }

    @Test func `one call is the limit without parallel calls, and of a named function`() throws {
        let tools: JSONValue = [tool("f"), tool("g")]
        let single = try guide(["tools": tools, "tool_choice": "required", "parallel_tool_calls": false])
        #expect(try allows(single, text(("g", "{\"n\": 1}"))))
        #expect(try !allows(single, text(("f", "{\"n\": 1}"), ("g", "{\"n\": 1}"))))
        let named = try guide(["tools": tools, "tool_choice": ["type": "function", "function": ["name": "g"]]])
        #expect(try allows(named, text(("g", "{\"n\": 1}"))))
        #expect(try !allows(named, text(("f", "{\"n\": 1}"))))
    }

    @Test func `strict functions constrain what follows the beginning of calls`() throws {
        #expect(try guide(["tools": [tool("f")]]) == nil)
        let guide = try guide(["tools": [tool("f", strict: true), tool("g")]])
        #expect(guide?.trigger == .token(8))
        func rest(_ calls: (String, String)...) -> String {
            let whole = dialect.text(of: calls.map { .init(id: nil, name: $0.0, arguments: $0.1) })
            return String(whole.dropFirst(dialect.trigger.count))
        }
        #expect(try allows(guide, rest(("f", "{\"n\": 1}"))))
        #expect(try allows(guide, rest(("g", "{\"any\": [1]}"), ("f", "{\"n\": 1}"))))
        #expect(try !allows(guide, rest(("f", "{\"any\": [1]}"))))
    }

    @Test func `every dialect's calls satisfy its own constraint`() throws {
        let dialects: [(ToolParserName, any ToolDialect)] = [
            (.deepseekR1, dialect), (.deepseekV3, DeepSeekR1Tools(acceptsObjects: false)),
            (.deepseekV31, DeepSeekV31Tools()), (.llama3JSON, Llama3Tools()), (.hermes, HermesTools()),
        ]
        for (name, dialect) in dialects {
            let calls = text(("f", "{\"n\": 1}"), ("g", "{\"n\": 2}"), in: dialect)
            let required = try guide(["tools": [tool("f"), tool("g")], "tool_choice": "required"], parser: name)
            #expect(try allows(required, calls), "\(name)")
            #expect(try !allows(required, calls + "x"), "\(name)")
            let strict = try guide(["tools": [tool("f", strict: true), tool("g")]], parser: name)
            #expect(calls.hasPrefix(dialect.trigger))
            #expect(try allows(strict, String(calls.dropFirst(dialect.trigger.count))), "\(name)")
        }
    }

    @Test func `with a response format the answer is calls or such content`() throws {
        let guide = try guide(["tools": [tool("f")], "response_format": ["type": "json_object"]])
        #expect(guide?.trigger == nil)
        #expect(try allows(guide, "{\"a\": 1}"))
        #expect(try allows(guide, text(("f", "{\"x\": 1}"))))
        #expect(try !allows(guide, "Hello"))
    }

    @Test func `a schema that cannot be followed is named where it must be`() throws {
        let bad: JSONValue = [
            "type": "function", "function": ["name": "bad", "parameters": ["type": "object", "not": [:]]],
        ]
        #expect(try guide(["tools": [tool("f"), bad]]) == nil)
        let error = failure { try guide(["tools": [tool("f"), bad], "tool_choice": "required"]) as Any }
        #expect(error?.status == 400)
        #expect(error?.param?.hasPrefix("tools[1].function.parameters") == true)
        #expect(error?.message.contains("not") == true)
    }

    @Test func `calls of a constrained engine are read back`() async throws {
        let answer = text(("f", "{\"n\": 12}"))
        let call = try CompletionCall.chat(
            body: chatBody(["tools": [tool("f")], "tool_choice": "required"]), context: Fixture.context())
        let source = ScriptedSource(Fixture.ids("x</think>\n\n" + answer) + [1])
        let choice = try await call.response(from: source)["choices"]?[0]
        #expect(choice?["message"]?["tool_calls"]?[0]?["function"]?["arguments"] == "{\"n\": 12}")
        #expect(choice?["finish_reason"] == "tool_calls")
        #expect(source.log.requests[0].guidance?.answer != nil)
    }
}
