internal import JSON
internal import Jinja

/// What a chat template does with tools, found out by rendering a conversation that has some.
struct TemplateToolTraits: Sendable, Equatable {
    /// Whether it writes the declarations of `tools`.
    var declaresTools = false
    /// Whether it writes the turns of a tool loop as the dialect has them.
    var writesTurns = false
    /// Whether it refuses messages with several calls, as Llama's does.
    var takesSingleCalls = false
    /// Whether it takes calls' arguments as objects; else as JSON text.
    var takesArgumentObjects = false
    /// Between two results.
    var resultSeparator = ""

    init() {}

    /// - Parameter variables: the template's `bos_token` and its like.
    init(_ template: Template, variables: JSONObject, dialect: any ToolDialect) {
        let tool: JSONValue = [
            "type": "function",
            "function": [
                "name": "probe_tool", "description": "Probes.",
                "parameters": ["type": "object", "properties": ["probe_place": ["type": "string"]]],
            ],
        ]
        let question: JSONValue = ["role": "user", "content": "probe_question"]
        if let text = Self.render(template, variables, [question], tools: [tool]) {
            declaresTools = text.contains("probe_tool") && text.contains("probe_place")
        }
        for (isSingle, takesObjects) in [(false, false), (false, true), (true, false), (true, true)] {
            let loops = Self.loops(isSingle: isSingle, takesObjects: takesObjects)
            guard let text = Self.render(template, variables, loops, tools: declaresTools ? [tool] : []),
                Self.isRight(text, dialect, isSingle: isSingle)
            else { continue }
            takesArgumentObjects = takesObjects
            takesSingleCalls = isSingle
            writesTurns = true
            break
        }
        let results = Self.loops(isSingle: false, takesObjects: takesArgumentObjects).prefix(4)
        if let text = Self.render(template, variables, Array(results), tools: []) {
            resultSeparator = text.contains(DeepSeekMarkers.outputEnd + "\n" + DeepSeekMarkers.outputBegin) ? "\n" : ""
        }
    }

    /// A loop of two calls, or two of one, then one of one.
    private static func loops(isSingle: Bool, takesObjects: Bool) -> [JSONValue] {
        func calls(_ texts: [String]) -> JSONValue {
            let calls = texts.map { text -> JSONValue in
                let arguments: JSONValue = takesObjects ? ["probe_place": .string(text)] : .string(self.arguments(text))
                return [
                    "id": .string("call_" + text), "type": "function",
                    "function": ["name": "probe_tool", "arguments": arguments],
                ]
            }
            return ["role": "assistant", "content": nil, "tool_calls": .array(calls)]
        }
        func result(_ text: String) -> JSONValue {
            ["role": "tool", "tool_call_id": .string("call_" + text), "content": .string("result_" + text)]
        }
        let question: JSONValue = ["role": "user", "content": "probe_question"]
        let first =
            isSingle
            ? [calls(["one"]), result("one"), calls(["two"]), result("two")]
            : [calls(["one", "two"]), result("one"), result("two")]
        let answer: JSONValue = ["role": "assistant", "content": "probe_answer"]
        return [question] + first + [answer, question, calls(["three"]), result("three")]
    }

    private static func arguments(_ text: String) -> String { "{\"probe_place\": \"\(text)\"}" }

    private static func isRight(_ text: String, _ dialect: any ToolDialect, isSingle: Bool) -> Bool {
        guard ["result_one", "result_two", "result_three"].allSatisfy(text.contains) else { return false }
        guard dialect.keepsResultsInTurn else {
            return ["one", "two", "three"].allSatisfy { text.contains(arguments($0)) } && text.contains("probe_tool")
        }
        // DeepSeek's templates are known for calls that are never closed and second loops without an opening.
        func count(_ marker: String) -> Int { text.split(separator: marker, omittingEmptySubsequences: false).count }
        let rounds = (isSingle ? [["one"], ["two"], ["three"]] : [["one", "two"], ["three"]]).map { texts in
            dialect.text(
                of: texts.map { ChatMessage.ToolCall(name: "probe_tool", arguments: arguments($0)) })
        }
        return rounds.allSatisfy(text.contains)
            && count(DeepSeekMarkers.callsBegin) == count(DeepSeekMarkers.callsEnd)
            && count(DeepSeekMarkers.outputsBegin) == count(DeepSeekMarkers.outputsEnd)
            && [1, rounds.count + 1].contains(count(DeepSeekMarkers.outputsBegin))
    }

    private static func render(
        _ template: Template, _ variables: JSONObject, _ messages: [JSONValue], tools: [JSONValue]
    ) -> String? {
        var context = variables
        context["messages"] = .array(messages)
        if !tools.isEmpty { context["tools"] = .array(tools) }
        context["add_generation_prompt"] = true
        return try? template.render(context)
    }
}
