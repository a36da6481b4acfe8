internal import JSON

/// The system prompt's part about tools for templates that do not declare them.
///
/// It names the functions, one JSON object a line, shows how the dialect writes a call, and says what `tool_choice` and
/// `parallel_tool_calls` ask for.
struct ToolInstructions {
    let fields: ToolFields
    let dialect: any ToolDialect

    /// - Parameter escape: keeps control texts out of what the client wrote.
    func text(escape: (JSONValue) -> JSONValue) -> String {
        var text = """
            # Tools

            You can call functions. Each of these lines declares one, with a JSON Schema of its parameters:


            """
        for tool in fields.tools { text += escape(.object(tool.function)).serialized() + "\n" }
        let example = dialect.text(of: [ChatMessage.ToolCall(name: "NAME", arguments: "{\"PARAMETER\": VALUE}")])
        text += """

            To call a function, end your answer with its name and its arguments in exactly this form:

            \(example)

            The arguments are a JSON object that satisfies the function's schema.
            \(count)
            \(need)
            """
        return text
    }

    private var count: String {
        if !fields.allowsParallelCalls { return "Make one call at most." }
        let calls = ["FIRST", "SECOND"].map { ChatMessage.ToolCall(name: $0, arguments: "{}") }
        return "Several calls follow each other like this:\n\n\(dialect.text(of: calls))\n"
    }

    private var need: String {
        switch fields.choice {
        case .auto: "If no function is needed, answer without a call."
        case .required: "You must call a function now."
        case .named(let name): "You must call \(name) now."
        }
    }
}
