internal import JSON

/// The fields that decide how a conversation becomes a prompt, shared by chat completions and /tokenize.
struct TemplateFields: Sendable {
    var messages: [ChatMessage]
    /// Declarations of functions; empty when there are none or `tool_choice` forbids their use.
    var tools: [JSONValue]
    /// Further variables of the template.
    var variables: JSONObject
    var addsGenerationPrompt: Bool
    /// The prompt ends inside the last message, which the model goes on with.
    var continuesFinalMessage: Bool
    /// Whether a chain of thought is wanted; nil: the request does not say.
    var isThinking: Bool?

    /// A plain conversation.
    init(messages: [ChatMessage]) {
        self.messages = messages
        tools = []
        variables = [:]
        addsGenerationPrompt = true
        continuesFinalMessage = false
    }

    init(_ fields: FieldReader) throws(APIError) {
        guard let readers = try fields.readers("messages") else { throw fields.missing("messages", "a list") }
        guard !readers.isEmpty else { throw fields.invalid("messages", "must have at least one message.") }
        messages = []
        for reader in readers { messages.append(try ChatMessage(reader)) }
        messages.dropPastReasoning()
        tools = try Self.tools(fields)
        variables = try Self.variables(fields)
        isThinking = try fields.thinkingSwitch()
        let adds = try fields.bool("add_generation_prompt")
        continuesFinalMessage = try fields.bool("continue_final_message") ?? false
        if continuesFinalMessage, adds == true {
            throw fields.invalid(
                "continue_final_message", "and 'add_generation_prompt' exclude each other: set only one to true.")
        }
        addsGenerationPrompt = adds ?? !continuesFinalMessage
        if try fields.string("chat_template") != nil {
            throw fields.invalid(
                "chat_template", "is not accepted in requests: the server's --chat-template sets another template.")
        }
    }

    /// `chat_template_kwargs`, and the fields that vLLM passes on to templates.
    private static func variables(_ fields: FieldReader) throws(APIError) -> JSONObject {
        var variables = try fields.object("chat_template_kwargs") ?? [:]
        if try fields.readers("documents") != nil { variables["documents"] = fields["documents"] }
        if variables["reasoning_effort"] == nil, let effort = fields["reasoning_effort"] {
            variables["reasoning_effort"] = effort
        }
        return variables
    }

    private static func tools(_ fields: FieldReader) throws(APIError) -> [JSONValue] {
        for (index, tool) in (try fields.readers("tools") ?? []).enumerated() {
            let type = try tool.requiredString("type")
            guard type == "function" else { throw tool.invalid("type", "must be 'function', not '\(type)'.") }
            guard let function = try tool.reader("function") else { throw tool.missing("function", "an object") }
            _ = try function.requiredString("name")
            _ = try function.string("description")
            _ = try function.object("parameters")
            guard index < 128 else { throw fields.invalid("tools", "must have at most 128 tools.") }
        }
        switch fields["tool_choice"] {
        case nil, .string("auto"), .string("required"), .object:
            return try fields.array("tools") ?? []
        case .string("none"):
            return []
        case .string(let choice)?:
            throw fields.invalid(
                "tool_choice", "must be 'none', 'auto', 'required' or a named function, not '\(choice)'.")
        case let value?:
            throw fields.mismatch("tool_choice", "a string or an object", value)
        }
    }
}
