internal import JSON

/// A decoded request of Anthropic's /v1/messages or /v1/messages/count_tokens: its translation to chat completions.
///
/// A model that thinks does so unless `thinking` is disabled. `cache_control` means nothing here: prefixes are cached
/// without it.
struct MessagesRequest: Sendable {
    var chat = ChatTranslation()
    /// `thinking.display` is `omitted`: thinking blocks come without their text.
    var omitsThinking = false

    /// - Parameter counts: whether tokens are counted alone, which needs no `max_tokens`.
    init(_ fields: FieldReader, counts: Bool = false) throws(APIError) {
        for field in ["mcp_servers", "container"] where fields[field] != nil && fields[field] != [] {
            throw fields.invalid(field, "is not supported: this server runs no tools of its own.")
        }
        chat.copy(fields.object, except: Self.ownFields)
        try readMessages(fields)
        if !counts {
            guard let length = try fields.integer("max_tokens", in: 1...Int(Int32.max)) else {
                throw fields.missing("max_tokens", "the greatest number of tokens to generate")
            }
            chat.set("max_tokens", .integer(length), from: "max_tokens")
            chat.set("stream", try fields.bool("stream").map(JSONValue.bool), from: "stream")
        }
        if let temperature = try fields.number("temperature", in: 0...1) {
            chat.set("temperature", .number(temperature), from: "temperature")
        }
        if let topK = try fields.integer("top_k", in: 0...Int(Int32.max)) {
            chat.set("top_k", .integer(topK), from: "top_k")
        }
        if let stops = try fields.array("stop_sequences"), !stops.isEmpty {
            chat.set("stop", .array(stops), from: "stop_sequences")
        }
        _ = try fields.reader("metadata").map { metadata throws(APIError) in try metadata.string("user_id") }
        try readThinking(fields)
        try readOutput(fields)
        try readTools(fields)
    }

    /// Fields that are this API's own, are read here, or mean another thing in chat completions.
    private static let ownFields: Set<String> = [
        "messages", "system", "max_tokens", "stop_sequences", "temperature", "top_k", "tools", "tool_choice",
        "thinking", "metadata", "stream", "service_tier", "output_config", "output_format", "cache_control",
        "container", "mcp_servers", "context_management", "betas", "diagnostics", "inference_geo", "speed",
        "user_profile_id", "workspace_id", "stream_options", "max_completion_tokens", "n", "logprobs", "top_logprobs",
        "stop", "response_format", "functions", "function_call", "parallel_tool_calls", "echo",
    ]

    private mutating func readMessages(_ fields: FieldReader) throws(APIError) {
        var conversation = ChatConversation()
        if let system = try fields.texts("system", types: ["text"]), !system.isEmpty {
            conversation.add("system", texts: system, source: "system")
        }
        guard let messages = try fields.readers("messages") else { throw fields.missing("messages", "a list") }
        guard !messages.isEmpty else { throw fields.invalid("messages", "must have at least one message.") }
        for message in messages { try conversation.add(message) }
        conversation.write(to: &chat, source: "messages")
        if conversation.endsInAssistantText {
            chat.set("continue_final_message", true, from: "messages[\(messages.count - 1)]")
        }
    }

    private mutating func readThinking(_ fields: FieldReader) throws(APIError) {
        guard let thinking = try fields.reader("thinking") else { return }
        let type = try thinking.word("type", ["enabled", "disabled", "adaptive", "between_tools"])
        guard let type else { throw thinking.missing("type", "'enabled', 'disabled' or 'adaptive'") }
        chat.set(
            "thinking", ["type": .string(type == "disabled" ? "disabled" : "enabled")], from: "thinking")
        if type == "enabled" {
            guard let budget = try thinking.integer("budget_tokens", in: 1...Int(Int32.max)) else {
                throw thinking.missing("budget_tokens", "the greatest number of tokens to think in")
            }
            chat.set("thinking_token_budget", .integer(budget), from: "thinking.budget_tokens")
        }
        omitsThinking = try thinking.word("display", ["summarized", "omitted"]) == "omitted"
    }

    private mutating func readOutput(_ fields: FieldReader) throws(APIError) {
        let output = try fields.reader("output_config")
        if let output, let effort = try output.string("effort") {
            chat.set("reasoning_effort", .string(effort), from: "output_config.effort")
        }
        let current = try output?.reader("format")
        let older = try fields.reader("output_format")
        guard let format = current ?? older else { return }
        _ = try format.word("type", ["json_schema"])
        guard let schema = format["schema"] else { throw format.missing("schema", "an object") }
        chat.set(
            "response_format",
            ["type": "json_schema", "json_schema": ["name": "output", "strict": true, "schema": schema]],
            from: current == nil ? "output_format" : "output_config.format")
        chat.rename("response_format.json_schema", current == nil ? "output_format" : "output_config.format")
    }

    private mutating func readTools(_ fields: FieldReader) throws(APIError) {
        var tools: [JSONValue] = []
        for (index, tool) in (try fields.readers("tools") ?? []).enumerated() {
            if let type = try tool.string("type"), type != "custom" {
                throw tool.invalid(
                    "type", "is '\(type)', but this server has no built-in tools: declare tools with 'input_schema'.")
            }
            var function: JSONObject = ["name": .string(try tool.requiredString("name"))]
            function["description"] = try tool.string("description").map(JSONValue.string)
            guard let schema = try tool.object("input_schema") else {
                throw tool.missing("input_schema", "a JSON schema")
            }
            function["parameters"] = .object(schema)
            function["strict"] = try tool.bool("strict").map(JSONValue.bool)
            tools.append(["type": "function", "function": .object(function)])
            chat.rename("tools[\(index)].function", "tools[\(index)]")
            chat.rename("tools[\(index)].function.parameters", "tools[\(index)].input_schema")
        }
        if !tools.isEmpty { chat.set("tools", .array(tools), from: "tools") }
        try readToolChoice(fields)
    }

    private mutating func readToolChoice(_ fields: FieldReader) throws(APIError) {
        guard let choice = try fields.reader("tool_choice") else { return }
        let type = try choice.word("type", ["auto", "any", "tool", "none"])
        let translated: JSONValue =
            switch type {
            case "auto": "auto"
            case "any": "required"
            case "none": "none"
            case "tool": ["type": "function", "function": ["name": .string(try choice.requiredString("name"))]]
            default: throw choice.missing("type", "'auto', 'any', 'tool' or 'none'")
            }
        chat.set("tool_choice", translated, from: "tool_choice")
        chat.rename("tool_choice.function", "tool_choice")
        if try choice.bool("disable_parallel_tool_use") == true {
            chat.set("parallel_tool_calls", false, from: "tool_choice.disable_parallel_tool_use")
        }
    }
}
