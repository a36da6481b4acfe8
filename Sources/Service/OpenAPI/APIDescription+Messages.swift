extension APIDescription {
    static let messageOperations = [
        APIOperation(
            method: "POST", path: "/v1/messages", summary: "Anthropic's messages: answers a conversation.",
            request: "MessagesRequest", response: .streamable("AnthropicMessage", chunk: "AnthropicEvent"),
            failure: "AnthropicError"),
        APIOperation(
            method: "POST", path: "/v1/messages/count_tokens", summary: "The length of a conversation.",
            request: "CountTokensRequest", response: .json("TokenCount"), failure: "AnthropicError"),
    ]

    static let messageSchemas = #"""
        {
        "MessagesRequest": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "max_tokens": {"type": "integer", "minimum": 1, "maximum": 2147483647},
            "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/AnthropicTurn"}},
            "system": {"type": ["string", "null"]},
            "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "top_k": {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647},
            "stop_sequences": {"type": ["array", "null"], "maxItems": 16, "items": {"type": "string", "minLength": 1}},
            "stream": {"type": ["boolean", "null"]}
          },
          "required": ["max_tokens", "messages"]
        },
        "CountTokensRequest": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/AnthropicTurn"}},
            "system": {"type": ["string", "null"]}
          },
          "required": ["messages"]
        },
        "AnthropicTurn": {
          "type": "object",
          "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"type": "string"}},
          "required": ["role", "content"]
        },
        "AnthropicMessage": {
          "type": "object",
          "properties": {
            "id": {"type": "string", "pattern": "^msg_"},
            "type": {"const": "message"},
            "role": {"const": "assistant"},
            "model": {"type": "string"},
            "content": {"type": "array", "items": {
              "type": "object", "properties": {"type": {"enum": ["text", "thinking", "tool_use"]}}, "required": ["type"]
            }},
            "stop_reason": {"enum": [
              "end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "model_context_window_exceeded"
            ]},
            "stop_sequence": {"type": ["string", "null"]},
            "usage": {"type": "object", "properties": {
              "input_tokens": {"type": "integer"}, "output_tokens": {"type": "integer"}
            }, "required": ["input_tokens", "output_tokens"]}
          },
          "required": ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"]
        },
        "AnthropicEvent": {
          "type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"]
        },
        "AnthropicErrorResponse": {
          "type": "object",
          "properties": {
            "type": {"const": "error"},
            "error": {
              "type": "object", "properties": {"type": {"type": "string"}, "message": {"type": "string"}},
              "required": ["type", "message"]
            }
          },
          "required": ["type", "error"]
        },
        "TokenCount": {
          "type": "object", "properties": {"input_tokens": {"type": "integer"}}, "required": ["input_tokens"]
        }
        }
        """#
}
