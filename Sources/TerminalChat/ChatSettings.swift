internal import JSON

/// How answers are asked for; what is nil is left to the server.
package struct ChatSettings: Hashable, Sendable {
    package var model: String?
    package var system: String?
    package var temperature: Double?
    package var topP: Double?
    package var maxTokens: Int?
    package var seed: Int?
    package var thinks: Bool?
    /// Most tokens of reasoning.
    package var thinkingBudget: Int?

    package init() {}

    /// The fields of a request, by OpenAI's, DeepSeek's and vLLM's names.
    var fields: JSONObject {
        var fields = JSONObject()
        if let model { fields["model"] = .string(model) }
        if let temperature { fields["temperature"] = .number(temperature) }
        if let topP { fields["top_p"] = .number(topP) }
        if let maxTokens { fields["max_tokens"] = .integer(maxTokens) }
        if let seed { fields["seed"] = .integer(seed) }
        if let thinks { fields["thinking"] = ["type": thinks ? "enabled" : "disabled"] }
        if let thinkingBudget, thinks != false { fields["thinking_token_budget"] = .integer(thinkingBudget) }
        return fields
    }

    /// Takes the settings of a saved conversation.
    init(_ object: JSONObject) {
        model = object["model"]?.stringValue
        temperature = object["temperature"]?.doubleValue
        topP = object["top_p"]?.doubleValue
        maxTokens = object["max_tokens"]?.intValue
        seed = object["seed"]?.intValue
        thinks = object["thinking"]?["type"]?.stringValue.map { $0 == "enabled" }
        thinkingBudget = object["thinking_token_budget"]?.intValue
    }
}
