internal import Grammar
internal import JSON

/// What a request wants its answer to follow, and the field that says so.
struct OutputConstraint: Sendable {
    /// With its path, such as `response_format.json_schema.schema`.
    var field: String
    var source: GrammarSource

    /// Reads every spelling: OpenAI's `response_format`, vLLM's `structured_outputs` and `guided_…`, SGLang's `regex`
    /// and `ebnf`, llama.cpp's `grammar` and `json_schema`.
    ///
    /// - Throws: 400 for more than one of them.
    static func read(_ fields: FieldReader) throws(APIError) -> OutputConstraint? {
        var found: [OutputConstraint] = []
        if let constraint = try responseFormat(fields) { found.append(constraint) }
        if let constraint = try structuredOutputs(fields) { found.append(constraint) }
        let compact = try layout(fields, "guided_whitespace_pattern")
        if let schema = try fields.schema("guided_json") {
            found.append(OutputConstraint("guided_json", .jsonSchema(schema, .closed, compact), fields))
        }
        if let texts = try fields.choices("guided_choice") {
            found.append(OutputConstraint("guided_choice", .choice(texts), fields))
        }
        for name in ["guided_regex", "regex"] {
            if let pattern = try fields.text(name) { found.append(OutputConstraint(name, .regex(pattern), fields)) }
        }
        for name in ["guided_grammar", "ebnf", "grammar"] {
            if let rules = try fields.text(name) { found.append(OutputConstraint(name, .grammar(rules), fields)) }
        }
        if let schema = try fields.schema("json_schema") {
            found.append(OutputConstraint("json_schema", .jsonSchema(schema), fields))
        }
        if try fields.bool("guided_json_object") == true {
            found.append(OutputConstraint("guided_json_object", .jsonObject(compact), fields))
        }
        if try fields.bool("grammar_lazy") == true {
            throw fields.invalid("grammar_lazy", "is not supported: a grammar holds for the whole answer.")
        }
        guard found.count <= 1 else {
            let names = found.map { "'\($0.field)'" }.joined(separator: ", ")
            throw .invalidRequest(
                "The answer can follow one constraint, but there are several: \(names). Send one of them.",
                param: found[1].field)
        }
        return found.first
    }

    private init(_ field: String, _ source: GrammarSource, _ fields: FieldReader) {
        self.field = fields.path(of: field)
        self.source = source
    }

    private static func responseFormat(_ fields: FieldReader) throws(APIError) -> OutputConstraint? {
        guard let format = try fields.reader("response_format") else { return nil }
        let type = try format.requiredString("type")
        switch type {
        case "text": return nil
        case "json_object":
            // llama.cpp's clients may put a schema here.
            guard let schema = try format.schema("schema") else {
                return OutputConstraint("type", .jsonObject(), format)
            }
            return OutputConstraint("schema", .jsonSchema(schema), format)
        case "json_schema":
            guard let definition = try format.reader("json_schema") else {
                throw format.missing("json_schema", "an object with 'name' and 'schema'")
            }
            try checkName(definition)
            _ = try definition.string("description")
            _ = try definition.bool("strict")
            guard let schema = try definition.schema("schema") else {
                return OutputConstraint("json_schema", .jsonObject(), format)
            }
            return OutputConstraint("schema", .jsonSchema(schema), definition)
        case "structural_tag":
            throw format.invalid("type", "'structural_tag' is not supported: use 'tools', or 'json_schema'.")
        default:
            throw format.invalid("type", "must be 'text', 'json_object' or 'json_schema', not '\(type)'.")
        }
    }

    /// OpenAI's rule for the schema's name.
    private static func checkName(_ definition: FieldReader) throws(APIError) {
        let name = try definition.requiredString("name")
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(name.utf8.count) else {
            throw definition.invalid("name", "must be 1 to 64 letters, digits, '_' or '-', not '\(name)'.")
        }
    }

    private static func structuredOutputs(_ fields: FieldReader) throws(APIError) -> OutputConstraint? {
        guard let outputs = try fields.reader("structured_outputs") else { return nil }
        guard outputs["structural_tag"] == nil else {
            throw outputs.invalid("structural_tag", "is not supported: use 'tools', or 'json'.")
        }
        let isCompact = try outputs.bool("disable_any_whitespace") ?? false
        let layout = isCompact ? .compact : try layout(outputs, "whitespace_pattern")
        _ = try outputs.bool("disable_additional_properties")
        var found: [OutputConstraint] = []
        if let schema = try outputs.schema("json") {
            found.append(OutputConstraint("json", .jsonSchema(schema, .closed, layout), outputs))
        }
        if let pattern = try outputs.text("regex") { found.append(OutputConstraint("regex", .regex(pattern), outputs)) }
        if let texts = try outputs.choices("choice") {
            found.append(OutputConstraint("choice", .choice(texts), outputs))
        }
        if let rules = try outputs.text("grammar") {
            found.append(OutputConstraint("grammar", .grammar(rules), outputs))
        }
        if try outputs.bool("json_object") == true {
            found.append(OutputConstraint("json_object", .jsonObject(layout), outputs))
        }
        guard found.count == 1 else {
            throw fields.invalid(
                "structured_outputs", "must have exactly one of 'json', 'regex', 'choice', 'grammar' and 'json_object'."
            )
        }
        return found[0]
    }

    /// White space is bounded as ``JSONLayout`` has it; of other patterns only the one for none is possible.
    private static func layout(_ fields: FieldReader, _ name: String) throws(APIError) -> JSONLayout {
        guard let pattern = try fields.string(name) else { return .flexible }
        guard pattern.isEmpty else {
            throw fields.invalid(name, "must be '' for no white space; leave it out for indentation of bounded width.")
        }
        return .compact
    }
}

extension FieldReader {
    /// A text; nil also for an empty one.
    fileprivate func text(_ field: String) throws(APIError) -> String? {
        try string(field).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A schema, or the JSON text of one.
    fileprivate func schema(_ field: String) throws(APIError) -> JSONValue? {
        switch self[field] {
        case nil: return nil
        case .object?, .bool?: return self[field]
        case .string(let text)?:
            do {
                return try JSONValue(parsing: Array(text.utf8))
            } catch {
                throw invalid(field, "is not valid JSON: \(error).")
            }
        case let value?: throw mismatch(field, "a schema: an object, or the JSON text of one", value)
        }
    }

    fileprivate func choices(_ field: String) throws(APIError) -> [String]? {
        guard let elements = try array(field) else { return nil }
        guard !elements.isEmpty else { throw invalid(field, "must have at least one text.") }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else { throw mismatch("\(field)[\(index)]", "a string", element) }
            texts.append(text)
        }
        return texts
    }
}
