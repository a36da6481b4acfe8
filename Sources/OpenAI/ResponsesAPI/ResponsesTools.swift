internal import JSON

/// `tools` and `tool_choice` of /v1/responses, which differ from chat completions' in their shape.
struct ResponsesTools: Sendable {
    /// As the response repeats them.
    private(set) var echo: [JSONValue] = []
    private var functions: [JSONValue] = []
    /// Numbers of the functions in the request.
    private var places: [Int] = []
    private var choice: JSONValue?

    init(_ fields: FieldReader) throws(APIError) {
        var names: [String] = []
        for tool in try fields.readers("tools") ?? [] {
            let type = try tool.requiredString("type")
            guard type == "function" else {
                throw tool.invalid(
                    "type", "is '\(type)', but this server has no built-in tools: declare functions of your own.")
            }
            names.append(try tool.requiredString("name"))
            var function = tool.object
            function.removeValue(forKey: "type")
            places.append(functions.count)
            functions.append(["type": "function", "function": .object(function)])
            var echoed = tool.object
            for field in ["description", "parameters"] where !echoed.contains(field) { echoed[field] = .null }
            if echoed["strict"]?.boolValue == nil { echoed["strict"] = false }
            echo.append(.object(echoed))
        }
        try readChoice(fields, names)
    }

    private mutating func readChoice(_ fields: FieldReader, _ names: [String]) throws(APIError) {
        guard let value = fields["tool_choice"] else { return }
        if value.stringValue != nil {
            choice = .string(try fields.word("tool_choice", ["none", "auto", "required"]) ?? "auto")
            return
        }
        guard let reader = try fields.reader("tool_choice") else { return }
        switch try reader.requiredString("type") {
        case "function":
            choice = ["type": "function", "function": ["name": .string(try reader.requiredString("name"))]]
        case "allowed_tools":
            choice = .string(try reader.word("mode", ["auto", "required"]) ?? "auto")
            var allowed: Set<String> = []
            for tool in try reader.readers("tools") ?? [] {
                let name = try tool.requiredString("name")
                guard names.contains(name) else { throw tool.invalid("name", "is '\(name)', which 'tools' lacks.") }
                allowed.insert(name)
            }
            places = functions.indices.filter { allowed.contains(names[$0]) }
            functions = places.map { functions[$0] }
        case let type:
            throw reader.invalid("type", "must be 'function' or 'allowed_tools', not '\(type)'.")
        }
    }

    func write(to chat: inout ChatTranslation) {
        guard !functions.isEmpty || choice != nil else { return }
        chat.set("tools", .array(functions), from: "tools")
        for (index, place) in places.enumerated() {
            chat.rename("tools[\(index)]", "tools[\(place)]")
            chat.rename("tools[\(index)].function", "tools[\(place)]")
        }
        chat.set("tool_choice", choice, from: "tool_choice")
        chat.rename("tool_choice.function", "tool_choice")
    }
}
