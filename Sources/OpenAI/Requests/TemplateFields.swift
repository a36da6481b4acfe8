internal import JSON

/// The fields that decide how a conversation becomes a prompt, shared by chat completions and /tokenize.
struct TemplateFields: Sendable {
    var messages: [ChatMessage]
    var tools: ToolFields
    /// Further variables of the template.
    var variables: JSONObject
    var addsGenerationPrompt: Bool
    /// The prompt ends inside the last message, which the model goes on with.
    var continuesFinalMessage: Bool
    /// Whether a chain of thought is wanted; nil: the request does not say.
    var isThinking: Bool?
    /// Whether there shall be no system message, see ``ThinkingPolicy``.
    var foldsSystemPrompt = false

    /// A plain conversation.
    init(messages: [ChatMessage]) {
        self.messages = messages
        tools = ToolFields()
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
        tools = try ToolFields(fields)
        variables = try Self.variables(fields)
        isThinking = try fields.thinkingSwitch()
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

    /// `chat_template_kwargs`, and the fields that vLLM passes on to templates.
    private static func variables(_ fields: FieldReader) throws(APIError) -> JSONObject {
        var variables = try fields.object("chat_template_kwargs") ?? [:]
        if try fields.readers("documents") != nil { variables["documents"] = fields["documents"] }
        if variables["reasoning_effort"] == nil, let effort = fields["reasoning_effort"] {
            variables["reasoning_effort"] = effort
        }
        return variables
    }
}
