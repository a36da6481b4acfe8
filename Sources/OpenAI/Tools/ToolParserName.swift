/// Dialects of tool calls by the names that vLLM's `--tool-call-parser` gives them.
package enum ToolParserName: String, Sendable, CaseIterable {
    /// By the chat template, else by the vocabulary.
    case auto
    case deepseekR1 = "deepseek_r1"
    case deepseekV3 = "deepseek_v3"
    case deepseekV31 = "deepseek_v31"
    case llama3JSON = "llama3_json"
    case hermes
    /// Calls stay in the content.
    case none

    /// - Parameters:
    ///   - template: source of the chat template.
    ///   - controlTokens: those of the model's vocabulary.
    func dialect(template: String, controlTokens: ControlTokens) -> (any ToolDialect)? {
        switch self {
        case .auto: Self.detect(template, controlTokens).dialect(template: template, controlTokens: controlTokens)
        case .deepseekR1: DeepSeekR1Tools(acceptsObjects: true)
        case .deepseekV3: DeepSeekR1Tools(acceptsObjects: false)
        case .deepseekV31: DeepSeekV31Tools()
        case .llama3JSON: Llama3Tools()
        case .hermes: HermesTools()
        case .none: nil
        }
    }

    /// R1's where neither template nor vocabulary speaks of calls.
    private static func detect(_ template: String, _ controlTokens: ControlTokens) -> ToolParserName {
        let tokens = Set(controlTokens.tokens.map(\.text))
        let signs: [(text: String, name: ToolParserName)] = [
            (DeepSeekMarkers.callBegin, template.contains("```json") ? .deepseekR1 : .deepseekV31),
            ("<tool_call>", .hermes), ("<|python_tag|>", .llama3JSON), ("ipython", .llama3JSON),
        ]
        if let sign = signs.first(where: { template.contains($0.text) }) { return sign.name }
        if tokens.contains(DeepSeekMarkers.callBegin) { return .deepseekR1 }
        return signs.first { tokens.contains($0.text) }?.name ?? .deepseekR1
    }
}
