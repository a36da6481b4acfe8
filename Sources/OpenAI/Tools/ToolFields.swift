internal import JSON

/// The fields of a request about tools: `tools`, `tool_choice`, `parallel_tool_calls`, and the older `functions` and
/// `function_call`.
struct ToolFields: Sendable, Equatable {
    /// Those that may be called; none when `tool_choice` forbids it.
    var tools: [Tool] = []
    var choice = ToolChoice.auto
    /// Else the first call ends the answer.
    var allowsParallelCalls = true
    /// The request has `functions`: the response has `function_call` in place of `tool_calls`.
    var isLegacy = false

    static let mostTools = 128

    init() {}

    init(_ fields: FieldReader) throws(APIError) {
        tools = try Self.tools(fields)
        if tools.isEmpty, let functions = try fields.readers("functions"), !functions.isEmpty {
            isLegacy = true
            for function in functions { tools.append(try Tool(function)) }
        }
        let place = isLegacy ? "functions" : "tools"
        guard tools.count <= Self.mostTools else {
            throw fields.invalid(place, "must have at most \(Self.mostTools) functions, not \(tools.count).")
        }
        var names: Set<String> = []
        for (index, tool) in tools.enumerated() where !names.insert(tool.name).inserted {
            throw fields.invalid("\(place)[\(index)]", "declares '\(tool.name)' a second time.")
        }
        allowsParallelCalls = try fields.bool("parallel_tool_calls") ?? true && !isLegacy
        if isLegacy { try readLegacyChoice(fields) } else { try readChoice(fields) }
    }

    private static func tools(_ fields: FieldReader) throws(APIError) -> [Tool] {
        var tools: [Tool] = []
        for tool in try fields.readers("tools") ?? [] {
            try checkType(of: tool)
            guard let function = try tool.reader("function") else { throw tool.missing("function", "an object") }
            tools.append(try Tool(function))
        }
        return tools
    }

    private static func checkType(of tool: FieldReader) throws(APIError) {
        let type = try tool.requiredString("type")
        guard type == "function" else {
            throw tool.invalid("type", "must be 'function', not '\(type)': other tools are not supported.")
        }
    }

    private mutating func readChoice(_ fields: FieldReader) throws(APIError) {
        switch fields["tool_choice"] {
        case nil: break
        case .string(let mode): try apply(mode, fields, "tool_choice")
        case .object:
            guard let choice = try fields.reader("tool_choice") else { return }
            switch try choice.requiredString("type") {
            case "function":
                guard let function = try choice.reader("function") else {
                    throw choice.missing("function", "an object with the function's name")
                }
                try choose(function)
            case "allowed_tools":
                // OpenAI's specification nests the fields; its other API does not.
                try restrict(try choice.reader("allowed_tools") ?? choice)
            case let type:
                throw choice.invalid("type", "must be 'function' or 'allowed_tools', not '\(type)'.")
            }
        case let value?: throw fields.mismatch("tool_choice", "a string or an object", value)
        }
    }

    private mutating func readLegacyChoice(_ fields: FieldReader) throws(APIError) {
        switch fields["function_call"] {
        case nil: break
        case .string(let mode) where mode != "required": try apply(mode, fields, "function_call")
        default:
            if let function = try fields.reader("function_call") { try choose(function) }
        }
    }

    private mutating func apply(_ mode: String, _ fields: FieldReader, _ field: String) throws(APIError) {
        switch mode {
        case "auto": choice = .auto
        case "none": tools = []
        case "required":
            guard !tools.isEmpty else { throw fields.invalid(field, "is 'required', but there are no 'tools'.") }
            choice = .required
        default:
            throw fields.invalid(
                field, "must be 'none', 'auto', 'required' or an object that names a function, not '\(mode)'.")
        }
    }

    /// Only the named function remains.
    private mutating func choose(_ function: FieldReader) throws(APIError) {
        let name = try function.requiredString("name")
        guard let tool = tools.first(where: { $0.name == name }) else {
            throw function.invalid("name", "is '\(name)', which is none of the declared functions.")
        }
        tools = [tool]
        choice = .named(name)
        allowsParallelCalls = false
    }

    /// Only the allowed functions remain.
    private mutating func restrict(_ fields: FieldReader) throws(APIError) {
        var allowed: Set<String> = []
        for tool in try fields.readers("tools") ?? [] {
            try Self.checkType(of: tool)
            let function = try tool.reader("function") ?? tool
            let name = try function.requiredString("name")
            guard tools.contains(where: { $0.name == name }) else {
                throw function.invalid("name", "is '\(name)', which is none of the declared functions.")
            }
            allowed.insert(name)
        }
        tools.removeAll { !allowed.contains($0.name) }
        let mode = try fields.requiredString("mode")
        guard mode == "auto" || mode == "required" else {
            throw fields.invalid("mode", "must be 'auto' or 'required', not '\(mode)'.")
        }
        try apply(mode, fields, "tools")
    }
}
