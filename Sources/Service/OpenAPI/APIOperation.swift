internal import JSON

/// One route as /openapi.json describes it.
struct APIOperation: Sendable {
    /// What a successful response holds.
    enum Response: Sendable {
        /// JSON of a schema.
        case json(String)
        /// JSON of a schema, or server-sent events whose data are JSON of another.
        case streamable(String, chunk: String)
        case text
    }

    var method: String
    /// Routes of the API under `/v1`; they answer without it and under `/beta` too.
    var path: String
    var summary: String
    /// The schema of the request's body; nil: there is none.
    var request: String?
    var response: Response
    /// What a failed response is, among the document's.
    var failure = "Error"
    /// Whether a key is needed where the server has keys.
    var needsKey = true

    /// The entry under the path's method.
    var json: JSONValue {
        var operation: JSONObject = [
            "operationId": .string(identifier), "summary": .string(summary), "responses": responses,
        ]
        let parameters = path.split(separator: "/").filter { $0.hasPrefix("{") }
        if !parameters.isEmpty {
            operation["parameters"] = .array(
                parameters.map {
                    [
                        "name": .string(String($0.dropFirst().dropLast())), "in": "path", "required": true,
                        "schema": ["type": "string", "minLength": 1],
                    ]
                })
        }
        if let request {
            operation["requestBody"] = [
                "required": true, "content": ["application/json": ["schema": Self.reference(request)]],
            ]
        }
        if !needsKey { operation["security"] = [] }
        return .object(operation)
    }

    /// Such as `post_v1_chat_completions`.
    private var identifier: String {
        let words = path.split { !$0.isLetter && !$0.isNumber }
        return ([method.lowercased()] + words.map(String.init)).joined(separator: "_")
    }

    private var responses: JSONValue {
        [
            "200": ["description": "Success", "content": content],
            "4XX": ["$ref": .string("#/components/responses/\(failure)")],
            "503": ["$ref": .string("#/components/responses/\(failure)")],
        ]
    }

    private var content: JSONValue {
        switch response {
        case .json(let schema):
            ["application/json": ["schema": Self.reference(schema)]]
        case .streamable(let schema, let chunk):
            [
                "application/json": ["schema": Self.reference(schema)],
                "text/event-stream": [
                    "itemSchema": [
                        "type": "object", "required": ["data"],
                        "properties": [
                            "data": [
                                "anyOf": [
                                    ["const": "[DONE]"],
                                    [
                                        "type": "string", "contentMediaType": "application/json",
                                        "contentSchema": [
                                            "anyOf": [
                                                Self.reference(chunk), Self.reference(failure + "Response"),
                                            ]
                                        ],
                                    ],
                                ]
                            ]
                        ],
                    ]
                ],
            ]
        case .text:
            ["text/plain": ["schema": ["type": "string"]]]
        }
    }

    private static func reference(_ schema: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(schema)")]
    }
}
