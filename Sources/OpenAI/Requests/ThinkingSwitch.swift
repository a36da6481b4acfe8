internal import JSON

extension FieldReader {
    private static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    /// Whether the request wants a chain of thought, in whichever of its clients' words; nil: it does not say.
    ///
    /// `thinking` (DeepSeek, Anthropic, SGLang), `enable_thinking` (Qwen's platform), `reasoning` (SGLang, OpenRouter),
    /// `reasoning_effort` (OpenAI: `none`), `chat_template_kwargs` (vLLM, SGLang, llama.cpp).
    ///
    /// - Throws: 400 when two of them contradict each other.
    func thinkingSwitch() throws(APIError) -> Bool? {
        var words: [(field: String, isOn: Bool)] = []
        if let isOn = try thinkingMode() { words.append(("thinking", isOn)) }
        if let isOn = try bool("enable_thinking") { words.append(("enable_thinking", isOn)) }
        if let reasoning = try reader("reasoning") {
            if let isOn = try reasoning.bool("enabled") { words.append(("reasoning.enabled", isOn)) }
            if try reasoning.isEffortNone("effort") { words.append(("reasoning.effort", false)) }
        }
        if try isEffortNone("reasoning_effort") { words.append(("reasoning_effort", false)) }
        let variables = try object("chat_template_kwargs") ?? [:]
        for name in ["thinking", "enable_thinking"] {
            if let isOn = variables[name]?.boolValue { words.append(("chat_template_kwargs.\(name)", isOn)) }
        }
        guard let first = words.first else { return nil }
        if let other = words.first(where: { $0.isOn != first.isOn }) {
            let (on, off) = first.isOn ? (first, other) : (other, first)
            throw invalid(
                other.field,
                "contradicts '\(first.field)': '\(on.field)' switches thinking on and '\(off.field)' off. Send one.")
        }
        return first.isOn
    }

    /// `thinking`: `{"type": "enabled"}`, `{"type": "disabled"}` or a boolean.
    private func thinkingMode() throws(APIError) -> Bool? {
        switch self["thinking"] {
        case nil: return nil
        case .bool(let isOn)?: return isOn
        case .object?: break
        case let value?: throw mismatch("thinking", "an object with a 'type', or a boolean", value)
        }
        guard let mode = try reader("thinking") else { return nil }
        switch try mode.requiredString("type") {
        case "enabled": return true
        case "disabled": return false
        case "adaptive", "auto": return nil
        case let other: throw mode.invalid("type", "must be 'enabled', 'disabled' or 'adaptive', not '\(other)'.")
        }
    }

    /// Whether an effort, one of OpenAI's words or SGLang's number, is none at all.
    private func isEffortNone(_ field: String) throws(APIError) -> Bool {
        if self[field]?.doubleValue != nil { return try number(field, in: 0...1) == 0 }
        guard let effort = try string(field) else { return false }
        guard Self.efforts.contains(effort) else {
            let words = Self.efforts.map { "'\($0)'" }.joined(separator: ", ")
            throw invalid(field, "must be one of \(words), not '\(effort)'.")
        }
        return effort == "none"
    }
}
