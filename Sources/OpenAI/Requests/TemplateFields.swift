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

    init(_ fields: FieldReader) throws(APIError) {
        guard let readers = try fields.readers("messages") else { throw fields.missing("messages", "a list") }
        guard !readers.isEmpty else { throw fields.invalid("messages", "must have at least one message.") }
        messages = []
        for reader in readers { messages.append(try ChatMessage(reader)) }
        tools = try ToolFields(fields)
        variables = try fields.object("chat_template_kwargs") ?? [:]
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
}
