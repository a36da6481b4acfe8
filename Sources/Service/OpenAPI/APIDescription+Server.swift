extension APIDescription {
    static let modelOperations = [
        APIOperation(
            method: "GET", path: "/v1/models", summary: "The names that are served.", response: .json("ModelList")),
        APIOperation(
            method: "GET", path: "/v1/models/{id}", summary: "One of the names.", response: .json("Model")),
        APIOperation(
            method: "GET", path: "/v1/user/balance", summary: "DeepSeek's balance, which is always sufficient.",
            response: .json("Balance")),
    ]

    static let healthOperations =
        Endpoints.readinessRoutes.map { method, path in
            APIOperation(
                method: method, path: path, summary: "200 while requests are taken: once the model is loaded.",
                response: .json("Status"), needsKey: false)
        }
        + Endpoints.livenessPaths.map { path in
            APIOperation(
                method: "GET", path: path, summary: "200 while the process lives.", response: .json("Status"),
                needsKey: false)
        }

    static let serverOperations = [
        APIOperation(
            method: "GET", path: "/version", summary: "The server's version.", response: .json("Version"),
            needsKey: false),
        APIOperation(
            method: "GET", path: "/metrics", summary: "Prometheus text.", response: .text, needsKey: false),
        APIOperation(
            method: "GET", path: "/load", summary: "The number of requests under way.", response: .json("Load"),
            needsKey: false),
        APIOperation(
            method: "GET", path: "/props", summary: "What runs, as llama.cpp tells it.",
            response: .json("Properties")),
        APIOperation(
            method: "GET", path: "/slots", summary: "The places for sequences, as llama.cpp tells them.",
            response: .json("Slots")),
        APIOperation(
            method: "GET", path: "/v1/requests", summary: "Times and token counts of the last requests.",
            response: .json("RecentRequests")),
        APIOperation(
            method: "POST", path: "/reset_prefix_cache",
            summary: "Forgets the prefix cache. Needs one of the server's --admin-api-key.",
            response: .json("CacheReset")),
        APIOperation(
            method: "GET", path: "/openapi.json", summary: "This document.", response: .json("Document"),
            needsKey: false),
    ]

    static let serverSchemas = #"""
        {
        "ErrorResponse": {
          "type": "object",
          "properties": {
            "error": {"type": "object", "properties": {
              "message": {"type": "string", "minLength": 1},
              "type": {"type": "string"},
              "param": {"type": ["string", "null"]},
              "code": {"type": ["string", "null"]}
            }, "required": ["message", "type", "param", "code"]}
          },
          "required": ["error"]
        },
        "Model": {
          "type": "object",
          "properties": {
            "id": {"type": "string"},
            "object": {"const": "model"},
            "created": {"type": "integer"},
            "owned_by": {"type": "string"},
            "root": {"type": "string"},
            "max_model_len": {"type": "integer"}
          },
          "required": ["id", "object", "created", "owned_by"]
        },
        "ModelList": {
          "type": "object",
          "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}}
          },
          "required": ["object", "data"]
        },
        "Balance": {
          "type": "object",
          "properties": {
            "is_available": {"const": true},
            "balance_infos": {"type": "array", "items": {"type": "object", "properties": {
              "currency": {"type": "string"},
              "total_balance": {"type": "string"},
              "granted_balance": {"type": "string"},
              "topped_up_balance": {"type": "string"}
            }, "required": ["currency", "total_balance", "granted_balance", "topped_up_balance"]}}
          },
          "required": ["is_available", "balance_infos"]
        },
        "Status": {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]},
        "Version": {"type": "object", "properties": {"version": {"type": "string"}}, "required": ["version"]},
        "RecentRequests": {
          "type": "object",
          "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": {"type": "object", "properties": {
              "id": {"type": "string"},
              "object": {"enum": ["chat.completion", "text_completion", "response", "message"]},
              "model": {"type": "string"},
              "stream": {"type": "boolean"},
              "ended": {"type": "number"},
              "status": {"type": "integer"},
              "finish_reasons": {"type": "array", "items": {"type": ["string", "null"]}},
              "usage": {"$ref": "#/components/schemas/Usage"},
              "queue_seconds": {"type": ["number", "null"]},
              "prefill_seconds": {"type": ["number", "null"]},
              "first_token_seconds": {"type": ["number", "null"]},
              "decode_seconds": {"type": ["number", "null"]},
              "total_seconds": {"type": "number"}
            }, "required": ["id", "object", "model", "stream", "ended", "status", "finish_reasons", "usage"]}}
          },
          "required": ["object", "data"]
        },
        "Load": {
          "type": "object", "properties": {"server_load": {"type": "integer"}}, "required": ["server_load"]
        },
        "Properties": {
          "type": "object",
          "properties": {
            "default_generation_settings": {"type": "object"},
            "total_slots": {"type": "integer"},
            "model_alias": {"type": "string"},
            "model_path": {"type": "string"},
            "modalities": {"type": "object"},
            "chat_template": {"type": "string"},
            "bos_token": {"type": "string"},
            "eos_token": {"type": "string"},
            "build_info": {"type": "string"}
          },
          "required": ["default_generation_settings", "total_slots", "model_path", "chat_template", "build_info"]
        },
        "Slots": {
          "type": "array",
          "items": {"type": "object", "properties": {
            "id": {"type": "integer"},
            "n_ctx": {"type": "integer"},
            "is_processing": {"type": "boolean"}
          }, "required": ["id", "n_ctx", "is_processing"]}
        },
        "CacheReset": {
          "type": "object",
          "properties": {"status": {"const": "ok"}, "forgotten_blocks": {"type": "integer"}},
          "required": ["status", "forgotten_blocks"]
        },
        "Document": {"type": "object", "required": ["openapi", "paths"]}
        }
        """#
}
