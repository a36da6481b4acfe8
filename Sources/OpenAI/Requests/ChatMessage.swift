internal import JSON

/// One message of a conversation, as the template sees it.
package struct ChatMessage: Sendable, Equatable {
    package enum Role: String, Sendable, CaseIterable {
        case system, developer, user, assistant, tool
    }

    package struct ToolCall: Sendable, Equatable {
        package var id: String?
        package var name: String
        /// JSON text, as OpenAI sends it.
        package var arguments: String
    }

    package var role: Role
    /// nil only in an assistant's message with tool calls.
    package var content: String?
    package var name: String?
    package var toolCalls: [ToolCall] = []
    package var toolCallID: String?
    package var reasoning: String?
    /// DeepSeek's: the model goes on with this message of the assistant, which must be the last one.
    package var isPrefix = false

    package init(role: Role, content: String?) {
        self.role = role
        self.content = content
    }
}

extension ChatMessage {
    init(_ fields: FieldReader) throws(APIError) {
        let roles = Role.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let name = try fields.requiredString("role")
        // The result of a legacy `function_call`.
        guard let role = name == "function" ? .tool : Role(rawValue: name) else {
            throw fields.invalid("role", "must be one of \(roles), not '\(name)'.")
        }
        self.init(role: role, content: try Self.content(fields, role: role))
        self.name = try fields.string("name")
        let reasoning = try fields.string("reasoning_content")
        let newerSpelling = try fields.string("reasoning")
        self.reasoning = reasoning ?? newerSpelling
        if role == .tool { toolCallID = try fields.string("tool_call_id") }
        if role == .assistant { toolCalls = try Self.toolCalls(fields) }
        isPrefix = try fields.bool("prefix") ?? false
        guard !isPrefix || role == .assistant && toolCalls.isEmpty else {
            throw fields.invalid("prefix", "belongs to a message of the assistant without tool calls.")
        }
        if content == nil {
            guard role == .assistant else { throw fields.missing("content", "a string or a list of text parts") }
            if toolCalls.isEmpty { content = "" }
        }
    }

    /// Text parts are joined by line feeds, as vLLM and llama.cpp do for templates that take strings.
    private static func content(_ fields: FieldReader, role: Role) throws(APIError) -> String? {
        guard let value = fields["content"] else { return nil }
        if let text = value.stringValue { return text }
        guard value.arrayValue != nil else {
            throw fields.mismatch("content", "a string or a list of text parts", value)
        }
        var texts: [String] = []
        for part in try fields.readers("content") ?? [] {
            let type = try part.requiredString("type")
            switch type {
            case "text":
                texts.append(try part.requiredString("text"))
            case "refusal" where role == .assistant:
                texts.append(try part.requiredString("refusal"))
            default:
                throw part.invalid("type", "is '\(type)', but this model reads text alone: send parts of type 'text'.")
            }
        }
        return texts.joined(separator: "\n")
    }

    private static func toolCalls(_ fields: FieldReader) throws(APIError) -> [ToolCall] {
        var calls: [ToolCall] = []
        for call in try fields.readers("tool_calls") ?? [] {
            if let type = try call.string("type"), type != "function" {
                throw call.invalid("type", "must be 'function', not '\(type)'.")
            }
            guard let function = try call.reader("function") else { throw call.missing("function", "an object") }
            calls.append(try toolCall(function, id: try call.string("id")))
        }
        if calls.isEmpty, let function = try fields.reader("function_call") {
            calls.append(try toolCall(function, id: nil))
        }
        return calls
    }

    private static func toolCall(_ function: FieldReader, id: String?) throws(APIError) -> ToolCall {
        let arguments =
            if let object = function["arguments"]?.objectValue {
                JSONValue.object(object).serialized()
            } else {
                try function.string("arguments") ?? "{}"
            }
        return ToolCall(id: id, name: try function.requiredString("name"), arguments: arguments)
    }

    /// What the template gets: `developer` is `system` there, and fields without a value are absent.
    var templateValue: JSONObject {
        var object: JSONObject = [
            "role": .string(role == .developer ? "system" : role.rawValue),
            "content": content.map(JSONValue.string) ?? .null,
        ]
        if let name { object["name"] = .string(name) }
        if let reasoning { object["reasoning_content"] = .string(reasoning) }
        if let toolCallID { object["tool_call_id"] = .string(toolCallID) }
        if !toolCalls.isEmpty {
            object["tool_calls"] = .array(
                toolCalls.map { call in
                    var value: JSONObject = ["type": "function"]
                    if let id = call.id { value["id"] = .string(id) }
                    value["function"] = ["name": .string(call.name), "arguments": .string(call.arguments)]
                    return .object(value)
                })
        }
        return object
    }
}
