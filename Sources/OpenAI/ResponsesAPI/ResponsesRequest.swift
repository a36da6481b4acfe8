internal import JSON

/// A decoded request of /v1/responses: its translation to chat completions, and what its response repeats.
struct ResponsesRequest: Sendable {
    private(set) var chat = ChatTranslation()
    private var conversation = ChatConversation()
    /// The oldest messages may go where the context cannot hold all.
    private(set) var truncates = false
    /// Everything that the model reads but the instructions.
    var input: [ResponseItem]
    /// Fields of the response object that follow from the request alone.
    var echo = JSONObject()
    var stores: Bool

    static let leastLength = 16
    /// Of all items that are referred to, as often as they are, in bytes: references are short, and items are long.
    static let mostReferredBytes = 16 << 20

    /// - Parameters:
    ///   - id: of the response.
    ///   - store: where earlier responses are.
    init(
        _ fields: FieldReader, id: String, defaults: SamplingDefaults, store: ResponseStore
    ) throws(APIError) {
        try Self.refuseUnsupported(fields)
        chat.copy(fields.object, except: Self.ownFields)
        stores = try fields.bool("store") ?? true && store.isEnabled
        let earlier = try Self.earlier(fields, store)
        let given = try Self.input(fields, id: id, store)
        guard !given.isEmpty || !earlier.isEmpty else {
            throw fields.missing("input", "a string or a list of items")
        }
        input = earlier + given
        let instructions = try fields.string("instructions")
        if let instructions { conversation.add("system", texts: [instructions], source: "instructions") }
        let isText = fields["input"]?.stringValue != nil
        input.addMessages(
            to: &conversation, source: "input", offset: isText ? input.count : earlier.count)
        conversation.write(to: &chat, source: "input")

        let length = try fields.integer("max_output_tokens", in: Self.leastLength...Int(Int32.max))
        chat.set("max_completion_tokens", length.map(JSONValue.integer), from: "max_output_tokens")
        chat.set("stream", try fields.bool("stream").map(JSONValue.bool), from: "stream")
        try fields.reader("stream_options").map { options throws(APIError) in
            _ = try options.bool("include_obfuscation")
        }

        echo["background"] = false
        echo["instructions"] = instructions.map(JSONValue.string) ?? .null
        echo["max_output_tokens"] = length.map(JSONValue.integer) ?? .null
        echo["max_tool_calls"] =
            try fields.integer("max_tool_calls", in: 1...Int(Int32.max)).map(JSONValue.integer)
            ?? .null
        echo["parallel_tool_calls"] = .bool(try fields.bool("parallel_tool_calls") ?? true)
        chat.set("parallel_tool_calls", fields["parallel_tool_calls"], from: "parallel_tool_calls")
        echo["previous_response_id"] = fields["previous_response_id"] ?? .null
        echo["prompt_cache_key"] = try fields.string("prompt_cache_key").map(JSONValue.string) ?? .null
        try readReasoning(fields)
        echo["safety_identifier"] = try fields.string("safety_identifier").map(JSONValue.string) ?? .null
        echo["service_tier"] = "default"
        echo["store"] = .bool(stores)
        echo["temperature"] = .number(try fields.number("temperature", in: 0...2) ?? defaults.temperature)
        try readText(fields)
        try readTools(fields)
        try readLogprobs(fields)
        echo["top_p"] = .number(try fields.number("top_p", in: 0...1) ?? defaults.topP)
        let truncation = try fields.word("truncation", ["auto", "disabled"]) ?? "disabled"
        truncates = truncation == "auto"
        echo["truncation"] = .string(truncation)
        if let user = try fields.string("user") { echo["user"] = .string(user) }
        echo["metadata"] = try fields.metadata().map(JSONValue.object) ?? [:]
    }

    /// How many messages can be left out at most.
    var droppable: Int { truncates ? conversation.droppable : 0 }

    /// The chat request without the oldest messages.
    func chat(dropping count: Int) -> ChatTranslation {
        var conversation = conversation
        conversation.dropOldest(count)
        var chat = chat
        conversation.write(to: &chat, source: "input")
        return chat
    }

    /// Fields that are this API's own, are read here, or mean another thing in chat completions.
    private static let ownFields: Set<String> = [
        "background", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls",
        "previous_response_id", "prompt", "reasoning", "store", "stream", "stream_options", "text", "tools",
        "tool_choice", "parallel_tool_calls", "top_logprobs", "truncation", "messages", "n", "logprobs",
        "response_format", "functions", "function_call", "echo",
    ]

    private static func refuseUnsupported(_ fields: FieldReader) throws(APIError) {
        if try fields.bool("background") == true {
            throw fields.invalid("background", "is not supported: leave it out, and stream the response instead.")
        }
        if fields["conversation"] != nil {
            throw fields.invalid("conversation", "is not supported: use 'previous_response_id', or send all items.")
        }
        if fields["prompt"] != nil {
            throw fields.invalid("prompt", "is not supported: this server keeps no prompt templates; send 'input'.")
        }
    }

    /// The conversation that the request goes on with.
    private static func earlier(_ fields: FieldReader, _ store: ResponseStore) throws(APIError) -> [ResponseItem] {
        guard let id = try fields.string("previous_response_id") else { return [] }
        guard let response = store[id] else {
            throw .invalidRequest(
                "Previous response with id '\(id)' not found: send the whole conversation as 'input'. Responses are "
                    + "kept in memory, the latest ones alone, and not those with 'store' false.",
                param: "previous_response_id", code: "previous_response_not_found")
        }
        return response.input + response.output
    }

    private static func input(
        _ fields: FieldReader, id: String, _ store: ResponseStore
    ) throws(APIError) -> [ResponseItem] {
        guard let value = fields["input"] else { return [] }
        if let text = value.stringValue {
            return [ResponseItem(id: id.itemID("msg_", "i0"), kind: .message(role: .user, texts: [text]))]
        }
        guard value.arrayValue != nil else {
            throw fields.mismatch("input", "a string or a list of items", value)
        }
        var items: [ResponseItem] = []
        var places: [String: Int] = [:]
        var referredBytes = 0
        for (index, reader) in (try fields.readers("input") ?? []).enumerated() {
            let item = try ResponseItem(
                reader, newID: { id.itemID($0, "i\(index)") },
                find: { id in
                    let item = places[id].map { items[$0] } ?? store.item(id)
                    referredBytes += item?.size ?? 0
                    return item
                })
            guard referredBytes <= mostReferredBytes else {
                throw fields.invalid("input", "refers to items of more than \(mostReferredBytes) bytes in all.")
            }
            places[item.id] = items.count
            items.append(item)
        }
        return items
    }

    private mutating func readReasoning(_ fields: FieldReader) throws(APIError) {
        var echoed: JSONObject = ["effort": .null, "summary": .null]
        if let reasoning = try fields.reader("reasoning") {
            if let effort = try reasoning.string("effort") {
                chat.set("reasoning_effort", .string(effort), from: "reasoning.effort")
                echoed["effort"] = .string(effort)
            }
            let summary = try reasoning.word("summary", ["auto", "concise", "detailed"])
            let older = try reasoning.word("generate_summary", ["auto", "concise", "detailed"])
            echoed["summary"] = (summary ?? older).map(JSONValue.string) ?? .null
        }
        echo["reasoning"] = .object(echoed)
    }

    private mutating func readText(_ fields: FieldReader) throws(APIError) {
        var echoed: JSONObject = ["format": ["type": "text"]]
        if let text = try fields.reader("text") {
            if let format = try text.reader("format") {
                echoed["format"] = .object(format.object)
                var translated = format.object
                if try format.requiredString("type") == "json_schema" {
                    translated.removeValue(forKey: "type")
                    translated = ["type": "json_schema", "json_schema": .object(translated)]
                    chat.rename("response_format.json_schema", "text.format")
                }
                chat.set("response_format", .object(translated), from: "text.format")
            }
            if let verbosity = try text.word("verbosity", ["low", "medium", "high"]) {
                echoed["verbosity"] = .string(verbosity)
            }
        }
        echo["text"] = .object(echoed)
    }

    private mutating func readTools(_ fields: FieldReader) throws(APIError) {
        let tools = try ResponsesTools(fields)
        tools.write(to: &chat)
        echo["tools"] = .array(tools.echo)
        echo["tool_choice"] = fields["tool_choice"] ?? "auto"
    }

    /// Log-probabilities come when `include` or a number of alternatives asks for them.
    private mutating func readLogprobs(_ fields: FieldReader) throws(APIError) {
        let top = try fields.integer("top_logprobs", in: 0...20)
        var wants = (top ?? 0) > 0
        for (index, value) in (try fields.array("include") ?? []).enumerated() {
            guard let name = value.stringValue, Self.includable.contains(name) else {
                let names = Self.includable.map { "'\($0)'" }.joined(separator: ", ")
                throw fields.invalid("include[\(index)]", "must be one of \(names).")
            }
            if name == "message.output_text.logprobs" { wants = true }
        }
        if wants {
            chat.set("logprobs", true, from: "include")
            chat.set("top_logprobs", .integer(top ?? 0), from: "top_logprobs")
        }
        echo["top_logprobs"] = .integer(top ?? 0)
    }

    private static let includable = [
        "message.output_text.logprobs", "reasoning.encrypted_content", "file_search_call.results",
        "web_search_call.results", "web_search_call.action.sources", "message.input_image.image_url",
        "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ]
}
