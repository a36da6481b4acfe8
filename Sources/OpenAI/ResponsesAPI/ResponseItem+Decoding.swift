internal import JSON

extension ResponseItem {
    /// Decodes an item of a request's input.
    ///
    /// - Parameters:
    ///   - newID: gives the id of an item that has none.
    ///   - find: gives the item that an `item_reference` means.
    init(
        _ fields: FieldReader, newID: (_ prefix: String) -> String, find: (String) -> ResponseItem?
    ) throws(APIError) {
        let type = try fields.string("type")
        let id = try fields.string("id")
        switch type ?? (fields["role"] == nil && id != nil ? "item_reference" : "message") {
        case "message":
            self.init(id: id ?? newID("msg_"), kind: try Self.message(fields))
        case "reasoning":
            self.init(id: id ?? newID("rs_"), kind: .reasoning(try Self.reasoning(fields)))
        case "function_call":
            self.init(
                id: id ?? newID("fc_"),
                kind: .call(
                    id: try fields.requiredString("call_id"), name: try fields.requiredString("name"),
                    arguments: try fields.requiredString("arguments")))
        case "function_call_output":
            guard let output = try fields.texts("output", types: ["input_text"]) else {
                throw fields.missing("output", "a string or a list of text parts")
            }
            self.init(
                id: id ?? newID("fco_"), kind: .result(callID: try fields.requiredString("call_id"), texts: output))
        case "item_reference":
            guard let item = find(try fields.requiredString("id")) else {
                throw .itemNotFound(id ?? "", param: fields.path(of: "id"))
            }
            self = item
        case let other:
            throw fields.invalid(
                "type",
                "is '\(other)', but this server has no built-in tools: send items of type 'message', 'reasoning', "
                    + "'function_call', 'function_call_output' or 'item_reference'.")
        }
    }

    private static func message(_ fields: FieldReader) throws(APIError) -> Kind {
        let name = try fields.requiredString("role")
        guard let role = ChatMessage.Role(rawValue: name), role != .tool else {
            throw fields.invalid("role", "must be 'user', 'assistant', 'system' or 'developer', not '\(name)'.")
        }
        let types: Set =
            role == .assistant ? ["output_text", "input_text", "text", "refusal"] : ["input_text", "text"]
        guard let texts = try fields.texts("content", types: types) else {
            throw fields.missing("content", "a string or a list of text parts")
        }
        return .message(role: role, texts: texts)
    }

    /// The text of the reasoning, or of its summary where that is all there is.
    private static func reasoning(_ fields: FieldReader) throws(APIError) -> String {
        let content = try fields.texts("content", types: ["reasoning_text", "text"]) ?? []
        let summary = try fields.texts("summary", types: ["summary_text"]) ?? []
        return (content.isEmpty ? summary : content).joined(separator: "\n")
    }
}

extension FieldReader {
    /// A text, or the texts of a list of parts whose types are among `types`; nil when the field is absent.
    func texts(_ field: String, types: Set<String>) throws(APIError) -> [String]? {
        guard let value = self[field] else { return nil }
        if let text = value.stringValue { return [text] }
        guard value.arrayValue != nil else {
            throw mismatch(field, "a string or a list of text parts", value)
        }
        var texts: [String] = []
        for part in try readers(field) ?? [] {
            let type = try part.requiredString("type")
            guard types.contains(type) else {
                let known = types.sorted().map { "'\($0)'" }.joined(separator: " or ")
                throw part.invalid(
                    "type", "is '\(type)', but this model reads text alone: send parts of type \(known).")
            }
            texts.append(try part.requiredString(type == "refusal" ? "refusal" : "text"))
        }
        return texts
    }
}

extension APIError {
    /// No item is stored under this id.
    static func itemNotFound(_ id: String, param: String) -> APIError {
        APIError(
            status: 404, type: "invalid_request_error",
            message: "Item with id '\(id)' not found: send the item itself. Items of responses are kept in memory, the "
                + "latest ones alone, and not those of responses with 'store' false.", param: param)
    }
}
