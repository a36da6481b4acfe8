extension APIDescription {
    /// Fields of chat completions alone, and those that decide how a conversation becomes a prompt.
    static let chatRequestSchemas = #"""
        {
        "ChatFields": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "max_tokens": {"type": ["integer", "null"], "minimum": 1, "maximum": 2147483647},
            "max_completion_tokens": {"type": ["integer", "null"], "minimum": 1, "maximum": 2147483647},
            "logprobs": {"type": ["boolean", "null"]},
            "top_logprobs": {"type": ["integer", "null"], "minimum": 0, "maximum": 20}
          }
        },
        "TemplateFields": {
          "type": "object",
          "properties": {
            "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Message"}},
            "chat_template_kwargs": {"type": ["object", "null"]},
            "add_generation_prompt": {"type": ["boolean", "null"]},
            "continue_final_message": {"type": ["boolean", "null"]}
          },
          "required": ["messages"]
        },
        "TemplateRequest": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Message"}},
            "chat_template_kwargs": {"type": ["object", "null"]},
            "add_generation_prompt": {"type": ["boolean", "null"]},
            "continue_final_message": {"type": ["boolean", "null"]}
          },
          "required": ["messages"]
        },
        "Message": {
          "oneOf": [
            {"type": "object", "properties": {
              "role": {"enum": ["system", "developer", "user"]},
              "content": {"$ref": "#/components/schemas/Content"},
              "name": {"type": ["string", "null"]}
            }, "required": ["role", "content"]},
            {"type": "object", "properties": {
              "role": {"const": "assistant"},
              "content": {"anyOf": [{"$ref": "#/components/schemas/Content"}, {"type": "null"}]},
              "reasoning_content": {"type": ["string", "null"]},
              "reasoning": {"type": ["string", "null"]},
              "prefix": {"type": ["boolean", "null"]},
              "name": {"type": ["string", "null"]},
              "tool_calls": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/ToolCall"}}
            }, "required": ["role"]},
            {"type": "object", "properties": {
              "role": {"const": "tool"},
              "content": {"$ref": "#/components/schemas/Content"},
              "tool_call_id": {"type": ["string", "null"]}
            }, "required": ["role", "content"]}
          ]
        },
        "Content": {
          "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "object", "properties": {
              "type": {"const": "text"},
              "text": {"type": "string"}
            }, "required": ["type", "text"]}}
          ]
        },
        "ToolCall": {
          "type": "object",
          "properties": {
            "id": {"type": ["string", "null"]},
            "type": {"enum": ["function", null]},
            "function": {"type": "object", "properties": {
              "name": {"type": "string"},
              "arguments": {"type": ["string", "object", "null"]}
            }, "required": ["name"]}
          },
          "required": ["function"]
        }
        }
        """#

    /// Fields of text completions alone.
    static let textRequestSchemas = #"""
        {
        "TextFields": {
          "type": "object",
          "properties": {
            "model": {"$ref": "#/components/schemas/ModelName"},
            "prompt": {"anyOf": [
              {"type": "string", "minLength": 1},
              {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
              {"$ref": "#/components/schemas/TokenList"},
              {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/TokenList"}}
            ]},
            "suffix": {"type": ["string", "null"]},
            "echo": {"type": ["boolean", "null"]},
            "max_tokens": {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647},
            "logprobs": {"type": ["integer", "null"], "minimum": 0, "maximum": 20},
            "best_of": {"type": ["integer", "null"], "minimum": 1, "maximum": 128},
            "add_special_tokens": {"type": ["boolean", "null"]}
          },
          "required": ["prompt"]
        },
        "TokenList": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}}
        }
        """#

    /// Fields that both completions have.
    static let samplingSchemas = #"""
        {
        "SamplingFields": {
          "type": "object",
          "properties": {
            "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 2},
            "top_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "top_k": {"type": ["integer", "null"], "minimum": -1, "maximum": 2147483647},
            "min_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "presence_penalty": {"type": ["number", "null"], "minimum": -2, "maximum": 2},
            "frequency_penalty": {"type": ["number", "null"], "minimum": -2, "maximum": 2},
            "repetition_penalty": {"type": ["number", "null"], "minimum": 0.01, "maximum": 100},
            "logit_bias": {
              "type": ["object", "null"],
              "patternProperties": {"^(0|[1-9][0-9]*)$": {"type": "number", "minimum": -100, "maximum": 100}},
              "additionalProperties": false
            },
            "seed": {"type": ["integer", "null"]},
            "n": {"type": ["integer", "null"], "minimum": 1, "maximum": 128},
            "min_tokens": {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647},
            "stop": {"anyOf": [
              {"type": ["string", "null"]},
              {"type": "array", "maxItems": 16, "items": {"type": "string", "minLength": 1}}
            ]},
            "stop_token_ids": {"type": ["array", "null"], "items": {"type": "integer", "minimum": 0}},
            "ignore_eos": {"type": ["boolean", "null"]},
            "include_stop_str_in_output": {"type": ["boolean", "null"]},
            "skip_special_tokens": {"type": ["boolean", "null"]},
            "return_token_ids": {"type": ["boolean", "null"]},
            "stream": {"type": ["boolean", "null"]},
            "stream_options": {
              "type": ["object", "null"], "properties": {"include_usage": {"type": ["boolean", "null"]}}
            },
            "priority": {"type": ["integer", "null"], "minimum": -2147483648, "maximum": 2147483647},
            "request_id": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9._-]{1,128}$"},
            "timings_per_token": {"type": ["boolean", "null"]},
            "return_progress": {"type": ["boolean", "null"]}
          }
        }
        }
        """#
}
