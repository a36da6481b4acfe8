extension APIDescription {
    static let tokenizerOperations = [
        APIOperation(
            method: "POST", path: "/v1/tokenize", summary: "The tokens of a prompt or a conversation.",
            request: "TokenizeRequest", response: .json("TokenizeResponse")),
        APIOperation(
            method: "POST", path: "/v1/detokenize", summary: "The text of tokens.", request: "DetokenizeRequest",
            response: .json("DetokenizeResponse")),
        APIOperation(
            method: "GET", path: "/v1/tokenizer_info", summary: "Control tokens and chat template.",
            response: .json("TokenizerInfo")),
        APIOperation(
            method: "POST", path: "/v1/chat/completions/render", summary: "The prompt that a chat request would run.",
            request: "ChatCompletionRequest", response: .json("RenderedRequest")),
        APIOperation(
            method: "POST", path: "/v1/completions/render", summary: "The prompts that a text request would run.",
            request: "CompletionRequest", response: .json("RenderedRequests")),
        APIOperation(
            method: "POST", path: "/v1/chat/completions/input_tokens", summary: "The length of a conversation.",
            request: "TemplateRequest", response: .json("InputTokens")),
        APIOperation(
            method: "POST", path: "/v1/apply-template", summary: "The prompt of a conversation.",
            request: "TemplateRequest", response: .json("DetokenizeResponse")),
    ]

    static let tokenizerSchemas = #"""
        {
        "TokenizeRequest": {
          "oneOf": [
            {"type": "object", "properties": {
              "model": {"$ref": "#/components/schemas/ModelName"},
              "prompt": {"type": "string"},
              "messages": {"type": "null"},
              "add_special_tokens": {"type": ["boolean", "null"]},
              "return_token_strs": {"type": ["boolean", "null"]}
            }, "required": ["prompt"]},
            {"type": "object", "properties": {
              "model": {"$ref": "#/components/schemas/ModelName"},
              "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Message"}},
              "prompt": {"type": "null"},
              "add_special_tokens": {"type": ["boolean", "null"]},
              "return_token_strs": {"type": ["boolean", "null"]},
              "chat_template_kwargs": {"type": ["object", "null"]},
              "add_generation_prompt": {"type": ["boolean", "null"]},
              "continue_final_message": {"type": ["boolean", "null"]}
            }, "required": ["messages"]}
          ]
        },
        "TokenizeResponse": {
          "type": "object",
          "properties": {
            "count": {"type": "integer"},
            "max_model_len": {"type": "integer"},
            "tokens": {"type": "array", "items": {"type": "integer"}},
            "token_strs": {"type": ["array", "null"], "items": {"type": ["string", "null"]}}
          },
          "required": ["count", "max_model_len", "tokens", "token_strs"]
        },
        "DetokenizeRequest": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "tokens": {"type": "array", "items": {"type": "integer", "minimum": 0}}
          },
          "required": ["tokens"]
        },
        "DetokenizeResponse": {
          "type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]
        },
        "InputTokens": {
          "type": "object", "properties": {"input_tokens": {"type": "integer"}}, "required": ["input_tokens"]
        },
        "RenderedRequest": {
          "type": "object",
          "properties": {
            "request_id": {"type": "string"},
            "model": {"type": "string"},
            "prompt": {"type": "string"},
            "token_ids": {"type": "array", "items": {"type": "integer"}},
            "sampling_params": {"type": "object"}
          },
          "required": ["request_id", "model", "prompt", "token_ids", "sampling_params"]
        },
        "RenderedRequests": {"type": "array", "items": {"$ref": "#/components/schemas/RenderedRequest"}},
        "TokenizerInfo": {
          "type": "object",
          "properties": {
            "vocab_size": {"type": "integer"},
            "model_max_length": {"type": "integer"},
            "bos_token": {"type": ["string", "null"]},
            "eos_token": {"type": ["string", "null"]},
            "pad_token": {"type": ["string", "null"]},
            "chat_template": {"type": ["string", "null"]},
            "added_tokens_decoder": {"type": "object"}
          },
          "required": ["vocab_size", "model_max_length", "bos_token", "eos_token", "chat_template"]
        }
        }
        """#
}
