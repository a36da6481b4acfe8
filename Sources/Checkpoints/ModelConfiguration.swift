/// A checked `config.json` of one of the supported architectures, with the token ids of `generation_config.json`.
package struct ModelConfiguration: Sendable, Hashable {
    /// Raw values are the names in config.json's `architectures`.
    package enum Architecture: String, Sendable, Hashable, CaseIterable {
        case qwen2 = "Qwen2ForCausalLM"
        case llama = "LlamaForCausalLM"
        case deepseekV3 = "DeepseekV3ForCausalLM"
    }

    package let architecture: Architecture
    /// Rows of the embedding and of the head; the tokenizer may use fewer.
    package let vocabularySize: Int
    package let hiddenSize: Int
    /// Layers of the main model, without the MTP modules that follow them.
    package let layerCount: Int
    package let headCount: Int
    /// Divides `headCount`; equal to it with latent attention.
    package let keyValueHeadCount: Int
    /// Values per query and key head; with latent attention the unrotated and rotated parts together.
    package let headDimension: Int
    /// Width of the dense feed-forward layers.
    package let intermediateSize: Int
    /// `rms_norm_eps`.
    package let normEpsilon: Double
    /// `max_position_embeddings`, in tokens.
    package let contextLength: Int
    package let rope: RopeConfiguration
    /// The head is the embedding's matrix, and `lm_head.weight` is not needed.
    package let tiesEmbeddings: Bool
    /// q_proj, k_proj and v_proj have a bias.
    package let hasQueryKeyValueBias: Bool
    /// o_proj has a bias.
    package let hasOutputBias: Bool
    /// gate_proj, up_proj and down_proj have a bias.
    package let hasFeedForwardBias: Bool
    /// DeepSeek-V3 alone.
    package let latentAttention: LatentAttention?
    /// DeepSeek-V3 alone.
    package let experts: ExpertConfiguration?
    /// MTP modules (`num_nextn_predict_layers`); their tensors are `model.layers.{layerCount + i}.*`.
    package let nextTokenLayerCount: Int
    /// The blocks of fp8 weights; nil for checkpoints without `quantization_config`.
    package let quantization: BlockQuantization?
    package let beginToken: Int32?
    /// Generation ends with any of them; generation_config.json goes before config.json.
    package let endTokens: [Int32]

    /// Whether layer `index`, counted over main layers and MTP modules, routes to experts.
    package func isExpertLayer(_ index: Int) -> Bool {
        guard let experts else { return false }
        return index >= experts.firstLayer
    }

    /// Values that one token leaves in the cache of one layer: keys and values of all KV heads, or the latent and the
    /// rotated key of MLA.
    package var cacheValuesPerTokenAndLayer: Int {
        if let latentAttention { return latentAttention.keyValueRank + latentAttention.ropeDimension }
        return 2 * keyValueHeadCount * headDimension
    }

    /// Bytes that one token takes in the cache, all main layers together.
    package func cacheBytesPerToken(elementWidth: Int) -> Int {
        layerCount * cacheValuesPerTokenAndLayer * elementWidth
    }

    /// What query-key products are multiplied by before the softmax: headDimension^-0.5, times YaRN's correction in
    /// DeepSeek-V3.
    package var attentionScale: Double {
        let scale = 1 / Double(headDimension).squareRoot()
        guard latentAttention != nil, case .yarn(let yarn) = rope.scaling else { return scale }
        return scale * yarn.latentScoreFactor
    }
}
