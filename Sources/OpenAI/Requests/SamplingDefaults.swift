package import JSON

/// Sampling parameters for requests that are silent about them.
///
/// vLLM's rule: what the checkpoint's generation_config.json says, else OpenAI's defaults (R1's file: 0.6 and 0.95).
package struct SamplingDefaults: Sendable, Equatable {
    package var temperature = 1.0
    package var topP = 1.0
    /// 0 keeps all.
    package var topK = 0
    package var minP = 0.0
    package var repetitionPenalty = 1.0
    /// Length of a completion in tokens; nil: what the context has left.
    package var maxTokens: Int?

    /// OpenAI's defaults, as with `--generation-config vllm`.
    package static let openAI = SamplingDefaults()

    package init() {}

    /// Reads a generation_config.json. `do_sample: false` means temperature 0. Values that make no sense are left out.
    package init(generationConfig: JSONValue) {
        self.init()
        func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
            generationConfig[key]?.doubleValue.flatMap { range.contains($0) ? $0 : nil }
        }
        if let value = number("temperature", in: 0...2) { temperature = value }
        if let value = number("top_p", in: Double.leastNonzeroMagnitude...1) { topP = value }
        if let value = number("min_p", in: 0...1) { minP = value }
        if let value = number("repetition_penalty", in: Double.leastNonzeroMagnitude...1000) {
            repetitionPenalty = value
        }
        if let value = generationConfig["top_k"]?.intValue { topK = max(0, value) }
        if let value = generationConfig["max_new_tokens"]?.intValue, value > 0 { maxTokens = value }
        if generationConfig["do_sample"]?.boolValue == false { temperature = 0 }
    }

    /// The tokens that end a text by a generation_config.json or config.json: one id or a list.
    package static func endTokens(in configuration: JSONValue) -> Set<Int32> {
        let value = configuration["eos_token_id"]
        let ids = value?.arrayValue?.compactMap(\.intValue) ?? value?.intValue.map { [$0] } ?? []
        return Set(ids.compactMap { Int32(exactly: $0) })
    }
}
