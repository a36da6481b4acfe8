internal import JSON

/// What the service answers to, as OpenAPI 3.2 has it: /openapi.json.
///
/// A test holds it against the router: a route that is not described here, or described and not there, fails it.
enum APIDescription {
    static let operations: [APIOperation] =
        completionOperations + responseOperations + messageOperations + modelOperations + tokenizerOperations
        + healthOperations + serverOperations

    /// The whole document.
    ///
    /// - Parameter models: the names that are served; empty while none is.
    static func document(models: [String]) -> JSONValue {
        var paths = JSONObject()
        for operation in operations {
            var methods = paths[operation.path]?.objectValue ?? [:]
            methods[operation.method.lowercased()] = operation.json
            paths[operation.path] = .object(methods)
        }
        var schemas = JSONObject()
        for text in [
            chatRequestSchemas, textRequestSchemas, samplingSchemas, completionSchemas, responseSchemas,
            messageSchemas,
            tokenizerSchemas, serverSchemas,
        ] {
            for (name, schema) in parse(text) { schemas[name] = schema }
        }
        schemas["ChatCompletionRequest"] = merged(["ChatFields", "SamplingFields", "TemplateFields"], schemas)
        schemas["CompletionRequest"] = merged(["TextFields", "SamplingFields"], schemas)
        schemas["ModelName"] =
            models.isEmpty ? ["type": ["string", "null"]] : ["enum": .array(models.map(JSONValue.string) + [.null])]
        return [
            "openapi": "3.2.0",
            "info": [
                "title": "Apus", "version": .string(Version.text),
                "description": "The routes under /v1 also answer without it and under /beta.",
            ],
            "security": [["bearer": []], [:]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer"]],
                "responses": ["Error": failure("ErrorResponse"), "AnthropicError": failure("AnthropicErrorResponse")],
                "schemas": .object(schemas),
            ],
        ]
    }

    private static func failure(_ schema: String) -> JSONValue {
        [
            "description": "A failure; Retry-After tells where waiting helps.",
            "content": ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]],
        ]
    }

    /// One object schema with the fields of several.
    private static func merged(_ names: [String], _ schemas: JSONObject) -> JSONValue {
        var properties = JSONObject()
        var required: [JSONValue] = []
        for name in names {
            for (field, schema) in schemas[name]?["properties"]?.objectValue ?? [:] { properties[field] = schema }
            required += schemas[name]?["required"]?.arrayValue ?? []
        }
        return ["type": "object", "properties": .object(properties), "required": .array(required)]
    }

    private static func parse(_ text: String) -> JSONObject {
        do {
            return try JSONValue(parsing: Array(text.utf8)).objectValue ?? [:]
        } catch {
            preconditionFailure("a schema of /openapi.json is no JSON: \(error)")
        }
    }
}
