extension APIDescription {
    static let completionOperations = [
        APIOperation(
            method: "POST", path: "/v1/chat/completions", summary: "Answers a conversation.",
            request: "ChatCompletionRequest",
            response: .streamable("ChatCompletion", chunk: "ChatCompletionChunk")),
        APIOperation(
            method: "POST", path: "/v1/chat/completions/control", summary: "Ends the reasoning of a running answer.",
            request: "ControlRequest", response: .json("ControlResponse")),
        APIOperation(
            method: "POST", path: "/v1/completions", summary: "Continues prompts, or fills the gap before a suffix.",
            request: "CompletionRequest", response: .streamable("Completion", chunk: "Completion")),
    ]

    /// Responses of the two completions, and what they have in common.
    static let completionSchemas = #"""
        {
        "ControlRequest": {
          "type": "object",
          "properties": {"id": {"type": "string"}, "action": {"const": "reasoning_end"}},
          "required": ["id", "action"]
        },
        "ControlResponse": {
          "type": "object", "properties": {"success": {"const": true}}, "required": ["success"]
        },
        "ChatCompletion": {
          "type": "object",
          "properties": {
            "id": {"type": "string"},
            "object": {"const": "chat.completion"},
            "created": {"type": "integer"},
            "model": {"type": "string"},
            "system_fingerprint": {"type": "string"},
            "choices": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {
              "index": {"type": "integer"},
              "message": {"type": "object", "properties": {
                "role": {"const": "assistant"},
                "content": {"type": ["string", "null"]},
                "reasoning_content": {"type": ["string", "null"]},
                "refusal": {"type": ["string", "null"]}
              }, "required": ["role", "content", "refusal"]},
              "logprobs": {"anyOf": [{"$ref": "#/components/schemas/ChatLogprobs"}, {"type": "null"}]},
              "finish_reason": {"enum": ["stop", "length", "tool_calls", "content_filter", "function_call"]},
              "stop_reason": {"type": ["string", "integer", "null"]}
            }, "required": ["index", "message", "logprobs", "finish_reason"]}},
            "usage": {"$ref": "#/components/schemas/Usage"},
            "timings": {"$ref": "#/components/schemas/Timings"}
          },
          "required": ["id", "object", "created", "model", "choices", "usage"]
        },
        "ChatCompletionChunk": {
          "type": "object",
          "properties": {
            "id": {"type": "string"},
            "object": {"const": "chat.completion.chunk"},
            "created": {"type": "integer"},
            "model": {"type": "string"},
            "system_fingerprint": {"type": "string"},
            "choices": {"type": "array", "items": {"type": "object", "properties": {
              "index": {"type": "integer"},
              "delta": {"type": "object", "properties": {
                "role": {"type": "string"},
                "content": {"type": ["string", "null"]},
                "reasoning_content": {"type": ["string", "null"]}
              }},
              "logprobs": {"anyOf": [{"$ref": "#/components/schemas/ChatLogprobs"}, {"type": "null"}]},
              "finish_reason": {"enum": ["stop", "length", "tool_calls", "content_filter", "function_call", null]}
            }, "required": ["index", "delta", "finish_reason"]}},
            "usage": {"anyOf": [{"$ref": "#/components/schemas/Usage"}, {"type": "null"}]},
            "timings": {"$ref": "#/components/schemas/Timings"},
            "prompt_progress": {"$ref": "#/components/schemas/PromptProgress"}
          },
          "required": ["id", "object", "created", "model", "choices"]
        },
        "ChatLogprobs": {
          "type": "object",
          "properties": {
            "content": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/TokenLogprob"}},
            "reasoning_content": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/TokenLogprob"}},
            "refusal": {"type": ["array", "null"]}
          },
          "required": ["content", "refusal"]
        },
        "TokenLogprob": {
          "type": "object",
          "properties": {
            "token": {"type": "string"},
            "logprob": {"type": "number"},
            "bytes": {"type": ["array", "null"], "items": {"type": "integer"}},
            "top_logprobs": {"type": "array", "items": {"type": "object", "properties": {
              "token": {"type": "string"},
              "logprob": {"type": "number"},
              "bytes": {"type": ["array", "null"], "items": {"type": "integer"}}
            }, "required": ["token", "logprob", "bytes"]}}
          },
          "required": ["token", "logprob", "bytes", "top_logprobs"]
        },
        "Completion": {
          "type": "object",
          "properties": {
            "id": {"type": "string"},
            "object": {"const": "text_completion"},
            "created": {"type": "integer"},
            "model": {"type": "string"},
            "system_fingerprint": {"type": "string"},
            "choices": {"type": "array", "items": {"type": "object", "properties": {
              "index": {"type": "integer"},
              "text": {"type": "string"},
              "logprobs": {"type": ["object", "null"], "properties": {
                "text_offset": {"type": "array", "items": {"type": "integer"}},
                "token_logprobs": {"type": "array", "items": {"type": ["number", "null"]}},
                "tokens": {"type": "array", "items": {"type": "string"}},
                "top_logprobs": {"type": "array", "items": {"type": ["object", "null"]}}
              }},
              "finish_reason": {"enum": ["stop", "length", "content_filter", null]}
            }, "required": ["index", "text", "logprobs", "finish_reason"]}},
            "usage": {"anyOf": [{"$ref": "#/components/schemas/Usage"}, {"type": "null"}]},
            "timings": {"$ref": "#/components/schemas/Timings"},
            "prompt_progress": {"$ref": "#/components/schemas/PromptProgress"}
          },
          "required": ["id", "object", "created", "model", "choices"]
        },
        "Usage": {
          "type": "object",
          "properties": {
            "prompt_tokens": {"type": "integer"},
            "completion_tokens": {"type": "integer"},
            "total_tokens": {"type": "integer"},
            "prompt_tokens_details": {"type": "object", "properties": {"cached_tokens": {"type": "integer"}}},
            "completion_tokens_details": {"type": "object", "properties": {"reasoning_tokens": {"type": "integer"}}},
            "prompt_cache_hit_tokens": {"type": "integer"},
            "prompt_cache_miss_tokens": {"type": "integer"}
          },
          "required": ["prompt_tokens", "completion_tokens", "total_tokens"]
        },
        "Timings": {
          "type": "object",
          "properties": {
            "cache_n": {"type": "integer"},
            "prompt_n": {"type": "integer"},
            "prompt_ms": {"type": "number"},
            "prompt_per_token_ms": {"type": "number"},
            "prompt_per_second": {"type": "number"},
            "predicted_n": {"type": "integer"},
            "predicted_ms": {"type": "number"},
            "predicted_per_token_ms": {"type": "number"},
            "predicted_per_second": {"type": "number"}
          },
          "required": ["cache_n", "prompt_n", "prompt_ms", "predicted_n", "predicted_ms"]
        },
        "PromptProgress": {
          "type": "object",
          "properties": {
            "total": {"type": "integer"},
            "cache": {"type": "integer"},
            "processed": {"type": "integer"},
            "time_ms": {"type": "number"}
          },
          "required": ["total", "cache", "processed", "time_ms"]
        }
        }
        """#
}
