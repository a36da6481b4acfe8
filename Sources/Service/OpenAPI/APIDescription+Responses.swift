extension APIDescription {
    static let responseOperations = [
        APIOperation(
            method: "POST", path: "/v1/responses", summary: "OpenAI's responses: answers items with items.",
            request: "ResponsesRequest", response: .streamable("Response", chunk: "ResponseEvent")),
        APIOperation(
            method: "POST", path: "/v1/responses/input_tokens", summary: "The length of a response's input.",
            request: "ResponsesRequest", response: .json("InputTokens")),
        APIOperation(
            method: "GET", path: "/v1/responses/{id}", summary: "A stored response.", response: .json("Response")),
        APIOperation(
            method: "DELETE", path: "/v1/responses/{id}", summary: "Forgets a stored response.",
            response: .json("DeletedResponse")),
        APIOperation(
            method: "POST", path: "/v1/responses/{id}/cancel",
            summary: "Refused: nothing runs in the background here.", response: .json("Response")),
        APIOperation(
            method: "GET", path: "/v1/responses/{id}/input_items", summary: "The input of a stored response.",
            response: .json("ItemList")),
    ]

    static let responseSchemas = #"""
        {
        "ResponsesRequest": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "input": {"anyOf": [
              {"type": "string"},
              {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {
                "type": {"enum": ["message", null]},
                "role": {"enum": ["user", "system", "developer"]},
                "content": {"type": "string"}
              }, "required": ["role", "content"]}}
            ]},
            "instructions": {"type": ["string", "null"]},
            "max_output_tokens": {"type": ["integer", "null"], "minimum": 16, "maximum": 2147483647},
            "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 2},
            "top_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "store": {"type": ["boolean", "null"]},
            "stream": {"type": ["boolean", "null"]},
            "parallel_tool_calls": {"type": ["boolean", "null"]},
            "user": {"type": ["string", "null"]}
          },
          "required": ["input"]
        },
        "Response": {
          "type": "object",
          "properties": {
            "id": {"type": "string", "pattern": "^resp_"},
            "object": {"const": "response"},
            "created_at": {"type": "number"},
            "model": {"type": "string"},
            "status": {"enum": ["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]},
            "error": {"type": ["object", "null"]},
            "incomplete_details": {"type": ["object", "null"]},
            "instructions": {"type": ["string", "array", "null"]},
            "output": {"type": "array", "items": {
              "type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"]
            }},
            "parallel_tool_calls": {"type": "boolean"},
            "temperature": {"type": ["number", "null"]},
            "top_p": {"type": ["number", "null"]},
            "tools": {"type": "array"},
            "metadata": {"type": ["object", "null"]}
          },
          "required": [
            "id", "object", "created_at", "model", "error", "incomplete_details", "instructions", "output",
            "parallel_tool_calls", "temperature", "top_p", "tools", "tool_choice", "metadata"
          ]
        },
        "ResponseEvent": {
          "type": "object",
          "properties": {"type": {"type": "string"}, "sequence_number": {"type": "integer"}},
          "required": ["type", "sequence_number"]
        },
        "DeletedResponse": {
          "type": "object",
          "properties": {"id": {"type": "string"}, "deleted": {"const": true}},
          "required": ["id", "deleted"]
        },
        "ItemList": {
          "type": "object",
          "properties": {"object": {"const": "list"}, "data": {"type": "array"}},
          "required": ["object", "data"]
        }
        }
        """#
}
