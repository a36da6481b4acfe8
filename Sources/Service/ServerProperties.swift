internal import Engine
internal import JSON
internal import OpenAI
internal import Tokenization

/// llama.cpp's /props and /slots of an engine that has no slots: a place for each sequence that may run stands for one.
struct ServerProperties {
    private let ready: ServiceState.Ready

    init(_ ready: ServiceState.Ready) {
        self.ready = ready
    }

    /// What runs and with which defaults.
    var properties: JSONValue {
        let context = ready.context
        let defaults = context.defaults
        return [
            "default_generation_settings": [
                "n_ctx": .integer(context.maxModelLength),
                "params": [
                    "temperature": .number(defaults.temperature), "top_p": .number(defaults.topP),
                    "top_k": .integer(defaults.topK), "min_p": .number(defaults.minP),
                    "repeat_penalty": .number(defaults.repetitionPenalty),
                    "max_tokens": defaults.maxTokens.map(JSONValue.integer) ?? -1,
                ],
            ],
            "total_slots": .integer(ready.engine.limits.maxSequences),
            "model_alias": .string(context.names.first ?? ""),
            "model_path": .string(context.root),
            "modalities": ["vision": false, "audio": false],
            "chat_template": .string(context.chatPrompt?.source ?? ""),
            "bos_token": .string(context.tokenizer.beginToken?.text ?? ""),
            "eos_token": .string(context.tokenizer.endToken?.text ?? ""),
            "build_info": .string("apus \(Version.text)"),
        ]
    }

    /// One entry a place, the taken ones first.
    var slots: JSONValue {
        let running = ready.engine.statistics.runningSequences
        return .array(
            (0..<ready.engine.limits.maxSequences).map { id in
                [
                    "id": .integer(id), "n_ctx": .integer(ready.context.maxModelLength),
                    "is_processing": .bool(id < running),
                ]
            })
    }
}
