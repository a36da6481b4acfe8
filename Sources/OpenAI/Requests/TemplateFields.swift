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

    init(_ fields: FieldReader) throws(APIError) {
        guard let readers = try fields.readers("messages") else { throw fields.missing("messages", "a list") }
        guard !readers.isEmpty else { throw fields.invalid("messages", "must have at least one message.") }
        messages = []
        for reader in readers { messages.append(try ChatMessage(reader)) }
        tools = try Self.tools(fields)
        variables = try fields.object("chat_template_kwargs") ?? [:]
        let adds = try fields.bool("add_generation_prompt")
        if let early = messages.dropLast().firstIndex(where: \.isPrefix) {
            throw fields.invalid("messages[\(early)].prefix", "is for the last message alone.")
        }
        let isPrefix = messages.last?.isPrefix == true
        continuesFinalMessage = try fields.bool("continue_final_message") == true || isPrefix
        if continuesFinalMessage, adds == true {
            throw fields.invalid(
                isPrefix ? "messages[\(messages.count - 1)].prefix" : "continue_final_message",
                "and 'add_generation_prompt' exclude each other: set only one to true.")
        }
        addsGenerationPrompt = adds ?? !continuesFinalMessage
        if try fields.string("chat_template") != nil {
            throw fields.invalid(
                "chat_template", "is not accepted in requests: the server's --chat-template sets another template.")
        }
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
