import JSON

/// What the keywords of a schema are about.
enum SchemaKeywords {
    enum Topic {
        case structure
        case annotation
        case type(ValueType)
    }

    private static let structure: Set<String> = [
        "type", "enum", "const", "$ref", "allOf", "anyOf", "oneOf", "$defs", "definitions", "nullable",
    ]
    private static let annotations: Set<String> = [
        "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$schema",
        "$id", "id", "$comment", "$anchor", "$dynamicAnchor", "contentEncoding", "contentMediaType", "contentSchema",
        "discriminator", "externalDocs", "xml",
    ]
    private static let types: [String: ValueType] = [
        "properties": .object, "required": .object, "additionalProperties": .object, "patternProperties": .object,
        "propertyNames": .object, "minProperties": .object, "maxProperties": .object,
        "items": .array, "prefixItems": .array, "additionalItems": .array, "minItems": .array, "maxItems": .array,
        "uniqueItems": .array,
        "minLength": .string, "maxLength": .string, "pattern": .string, "format": .string,
        "minimum": .number, "maximum": .number, "exclusiveMinimum": .number, "exclusiveMaximum": .number,
        "multipleOf": .number,
    ]

    /// Nil for a keyword that is not known, or not supported.
    static func topic(_ keyword: String) -> Topic? {
        if structure.contains(keyword) { return .structure }
        if annotations.contains(keyword) || keyword.hasPrefix("x-") { return .annotation }
        return types[keyword].map(Topic.type)
    }

    /// Throws for the first keyword that an output cannot be held to.
    static func check(_ members: JSONObject, at pointer: String) throws(GrammarError) {
        for keyword in members.keys where topic(keyword) == nil {
            throw .unsupported(
                "the keyword '\(keyword)' at \(SchemaDocument.name(pointer)) is not supported; remove it"
            ).at(SchemaDocument.join(pointer, keyword))
        }
    }
}
