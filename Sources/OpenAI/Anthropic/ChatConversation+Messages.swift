internal import JSON

extension ChatConversation {
    /// Adds a message of Anthropic's, whose blocks may become several messages. Turns of one role join, as there.
    mutating func add(_ message: FieldReader) throws(APIError) {
        guard let role = try message.word("role", ["user", "assistant", "system"]) else {
            throw message.missing("role", "'user' or 'assistant'")
        }
        guard let content = message["content"] else {
            throw message.missing("content", "a string or a list of blocks")
        }
        let place = message.path(of: "content")
        if let text = content.stringValue {
            add(role, texts: [text], joinsTurn: true, source: place)
            return
        }
        guard content.arrayValue != nil else {
            throw message.mismatch("content", "a string or a list of blocks", content)
        }
        for block in try message.readers("content") ?? [] { try add(block, role: role) }
    }

    private mutating func add(_ block: FieldReader, role: String) throws(APIError) {
        let type = try block.requiredString("type")
        switch (role, type) {
        case (_, "text"):
            add(role, texts: [try block.requiredString("text")], joinsTurn: true, source: block.path)
        case ("assistant", "thinking"):
            add(reasoning: try block.requiredString("thinking"), source: block.path)
        case ("assistant", "redacted_thinking"):
            return
        case ("assistant", "tool_use"):
            guard let input = try block.object("input") else { throw block.missing("input", "an object") }
            add(
                call: try block.requiredString("name"), id: try block.requiredString("id"),
                arguments: JSONValue.object(input).serialized(), source: block.path)
        case ("user", "tool_result"):
            add(
                resultOf: try block.requiredString("tool_use_id"),
                texts: try block.texts("content", types: ["text"]) ?? [], source: block.path)
        case ("user", "document"):
            add(role, texts: [try Self.document(block)], joinsTurn: true, source: block.path)
        default:
            throw block.invalid(
                "type",
                "is '\(type)', but this model reads text alone: send blocks of type 'text', 'thinking', "
                    + "'tool_use' or 'tool_result', each in the messages of its role.")
        }
    }

    /// The text of a document that is one.
    private static func document(_ block: FieldReader) throws(APIError) -> String {
        guard let source = try block.reader("source") else { throw block.missing("source", "an object") }
        guard try source.requiredString("type") == "text" else {
            throw source.invalid("type", "must be 'text': this model reads text alone.")
        }
        return try source.requiredString("data")
    }
}
