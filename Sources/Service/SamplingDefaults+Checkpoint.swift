internal import Checkpoints
internal import OpenAI

extension SamplingDefaults {
    /// What generation_config.json recommends, where OpenAI's API has a name for it.
    init(_ generation: GenerationDefaults) {
        self.init()
        if let value = generation.temperature { temperature = value }
        if let value = generation.topP { topP = value }
        if let value = generation.topK { topK = value }
        if let value = generation.minP { minP = value }
        if let value = generation.repetitionPenalty { repetitionPenalty = value }
        if let value = generation.maxNewTokens { maxTokens = value }
        if generation.samples == false { temperature = 0 }
    }
}
