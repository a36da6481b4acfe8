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
}
