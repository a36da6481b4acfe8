package import JSON

/// How samples are drawn, said in full to every server whatever its defaults are.
package struct SamplingSettings: Sendable, Equatable {
    package var temperature = 0.6
    package var topP = 0.95
    /// Most tokens of one answer, reasoning included.
    package var maxTokens = 32768
    /// nil: none, as the model card asks for.
    package var systemPrompt: String?
    /// Whether the model is told not to think.
    package var skipsThinking = false
    /// Whether the fields beside OpenAI's own are sent that switch top-k, min-p and penalties off.
    package var disablesOthers = true

    package init() {}

    /// As a run's manifest has it.
    package var json: JSONObject {
        [
            "temperature": .number(temperature), "top_p": .number(topP), "max_tokens": .integer(maxTokens),
            "system_prompt": systemPrompt.map(JSONValue.string) ?? .null, "thinking": .bool(!skipsThinking),
            "disables_other_samplers": .bool(disablesOthers),
        ]
    }

    package init(json: JSONObject) {
        temperature = json["temperature"]?.doubleValue ?? temperature
        topP = json["top_p"]?.doubleValue ?? topP
        maxTokens = json["max_tokens"]?.intValue ?? maxTokens
        systemPrompt = json["system_prompt"]?.stringValue
        skipsThinking = json["thinking"]?.boolValue == false
        disablesOthers = json["disables_other_samplers"]?.boolValue ?? true
    }

    /// The fields of a chat request.
    var fields: JSONObject {
        var fields: JSONObject = [
            "temperature": .number(temperature), "top_p": .number(topP), "max_tokens": .integer(maxTokens),
            "presence_penalty": 0, "frequency_penalty": 0,
        ]
        if disablesOthers {
            fields["top_k"] = -1
            fields["min_p"] = 0
            fields["repetition_penalty"] = 1
            fields["repeat_penalty"] = 1
        }
        if skipsThinking { fields["chat_template_kwargs"] = ["thinking": false, "enable_thinking": false] }
        return fields
    }
}
