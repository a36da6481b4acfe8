/// The metadata that llama.cpp's converter writes for a model.
///
/// Source of the keys: conversion/base.py, llama.py, qwen.py and deepseek.py in github.com/ggml-org/llama.cpp.
extension GGUFMetadataEncoder {
    /// Metadata of a GGUF file is kept but for what the new types change. `tokenizer` is what a Hugging Face folder's
    /// tokenizer lists, nil for weights alone. Throws where a model has what the format has no key for.
    package init(
        _ checkpoint: Checkpoint, _ configuration: ModelConfiguration, tokenizer: GGUFTokenizer?,
        type: QuantizationType, tensors: [GGUFTensor]
    ) throws(CheckpointError) {
        if let gguf = checkpoint.gguf {
            copy(gguf)
        } else {
            let name = try Self.architecture(configuration)
            add("general.architecture", name)
            add("general.type", "model")
            add("general.name", checkpoint.name)
            add("general.size_label", Self.sizeLabel(tensors))
            addSampling(try checkpoint.generationDefaults())
            addSizes(configuration, name)
            try addRotary(configuration, name)
            if let latent = configuration.latentAttention, let experts = configuration.experts {
                addLatentAttention(latent, name)
                addExperts(experts, name)
            } else {
                addDenseHeads(configuration, name)
            }
            try addTokenizer(tokenizer, configuration)
        }
        add("general.quantization_version", 2)
        add("general.file_type", type.fileType)
    }

    private mutating func copy(_ gguf: GGUFDescription) {
        for (key, range) in gguf.values where !Self.isReplaced(key) {
            add(
                key,
                encoded: UnsafeRawBufferPointer(start: gguf.file.base + range.lowerBound, count: range.count))
        }
    }

    private static func isReplaced(_ key: String) -> Bool {
        key.hasPrefix("split.")
            || ["general.alignment", "general.quantization_version", "general.file_type"].contains(key)
    }

    /// The format has scalings of some architectures alone.
    private static func architecture(_ configuration: ModelConfiguration) throws(CheckpointError) -> String {
        func unsupported(_ problem: String) -> CheckpointError {
            CheckpointError(
                file: "config.json", problem: "\"rope_scaling\" \(problem), which GGUF files cannot say",
                remedy: "Serve the folder as it is.")
        }
        switch (configuration.architecture, configuration.rope.scaling) {
        case (.qwen2, .llama3), (.deepseekV3, .llama3): throw unsupported("is llama3")
        case (.deepseekV3, .yarn(let yarn)):
            guard let mscale = yarn.mscale, mscale == yarn.mscaleAllDimensions, yarn.attentionFactor == nil else {
                throw unsupported("has no mscale that equals mscale_all_dim")
            }
        case (_, .yarn(let yarn)):
            guard yarn.mscale == nil, yarn.mscaleAllDimensions == nil, yarn.attentionFactor == nil else {
                throw unsupported("has mscale or attention_factor")
            }
        default: break
        }
        return switch configuration.architecture {
        case .qwen2: "qwen2"
        case .llama: "llama"
        case .deepseekV3: "deepseek2"
        }
    }

    // MARK: Parts

    private mutating func addSampling(_ defaults: GenerationDefaults) {
        let prefix = "general.sampling"
        if let value = defaults.topK { add("\(prefix).top_k", signed: value) }
        if let value = defaults.topP { add("\(prefix).top_p", value) }
        if let value = defaults.minP { add("\(prefix).min_p", value) }
        if let value = defaults.samples == false ? 0 : defaults.temperature { add("\(prefix).temp", value) }
        if let value = defaults.repetitionPenalty { add("\(prefix).penalty_repeat", value) }
    }

    private mutating func addSizes(_ configuration: ModelConfiguration, _ name: String) {
        add("\(name).block_count", configuration.layerCount)
        add("\(name).context_length", configuration.contextLength)
        add("\(name).embedding_length", configuration.hiddenSize)
        add("\(name).feed_forward_length", configuration.intermediateSize)
        add("\(name).attention.head_count", configuration.headCount)
        add("\(name).attention.layer_norm_rms_epsilon", configuration.normEpsilon)
        // Where it is missing it is the number of tokens, or of the embedding's rows.
        if configuration.architecture != .qwen2 { add("\(name).vocab_size", configuration.vocabularySize) }
    }

    private mutating func addRotary(_ configuration: ModelConfiguration, _ name: String) throws(CheckpointError) {
        let rope = configuration.rope
        add("\(name).rope.freq_base", rope.theta)
        guard case .yarn(let yarn) = rope.scaling else { return }
        add("\(name).rope.scaling.type", "yarn")
        add("\(name).rope.scaling.factor", yarn.factor)
        add("\(name).rope.scaling.original_context_length", yarn.originalContext)
        add("\(name).rope.scaling.yarn_beta_fast", yarn.betaFast)
        add("\(name).rope.scaling.yarn_beta_slow", yarn.betaSlow)
        if let mscale = yarn.mscaleAllDimensions {
            add("\(name).rope.scaling.yarn_log_multiplier", 0.1 * mscale)
        }
    }

    private mutating func addDenseHeads(_ configuration: ModelConfiguration, _ name: String) {
        let dimension = configuration.headDimension
        add("\(name).attention.head_count_kv", configuration.keyValueHeadCount)
        guard configuration.architecture == .llama || dimension * configuration.headCount != configuration.hiddenSize
        else { return }
        add("\(name).attention.key_length", dimension)
        add("\(name).attention.value_length", dimension)
        if configuration.architecture == .llama { add("\(name).rope.dimension_count", dimension) }
    }

    /// The cached latent counts as the one head of keys and values.
    private mutating func addLatentAttention(_ latent: LatentAttention, _ name: String) {
        add("\(name).attention.head_count_kv", 1)
        add("\(name).attention.key_length", latent.keyValueRank + latent.ropeDimension)
        add("\(name).attention.value_length", latent.keyValueRank)
        add("\(name).attention.key_length_mla", latent.nopeDimension + latent.ropeDimension)
        add("\(name).attention.value_length_mla", latent.valueDimension)
        if let rank = latent.queryRank { add("\(name).attention.q_lora_rank", rank) }
        add("\(name).attention.kv_lora_rank", latent.keyValueRank)
        add("\(name).rope.dimension_count", latent.ropeDimension)
    }

    private mutating func addExperts(_ experts: ExpertConfiguration, _ name: String) {
        add("\(name).leading_dense_block_count", experts.firstLayer)
        add("\(name).expert_count", experts.routedCount)
        add("\(name).expert_used_count", experts.activeCount)
        add("\(name).expert_shared_count", experts.sharedCount)
        add("\(name).expert_feed_forward_length", experts.intermediateSize)
        add("\(name).expert_group_count", experts.groupCount)
        add("\(name).expert_group_used_count", experts.activeGroupCount)
        // Sigmoid.
        add("\(name).expert_gating_func", 2)
        add("\(name).expert_weights_scale", experts.scale)
        add("\(name).expert_weights_norm", experts.normalizesWeights)
    }

    private mutating func addTokenizer(
        _ tokenizer: GGUFTokenizer?, _ configuration: ModelConfiguration
    ) throws(CheckpointError) {
        let prefix = "tokenizer.ggml"
        var ends = configuration.endTokens.map(Int.init)
        if let own = tokenizer?.endToken {
            ends.removeAll { $0 == own }
            ends.insert(own, at: 0)
        }
        guard ends.count <= GGUFTokenizer.endKeys.count else {
            throw CheckpointError(
                file: "generation_config.json",
                problem: "\"eos_token_id\" has \(ends.count) tokens; GGUF files hold \(GGUFTokenizer.endKeys.count)",
                remedy: "Leave out those that the model does not use.")
        }
        add("\(prefix).model", tokenizer == nil ? "none" : "gpt2")
        if let tokenizer {
            add("\(prefix).pre", tokenizer.splitting)
            add("\(prefix).tokens", tokenizer.tokens)
            add("\(prefix).token_type", signed: tokenizer.types)
            add("\(prefix).merges", tokenizer.merges)
        }
        if let id = tokenizer?.beginToken ?? configuration.beginToken.map(Int.init) {
            add("\(prefix).bos_token_id", id)
        }
        for (key, id) in zip(GGUFTokenizer.endKeys, ends) { add(key, id) }
        guard let tokenizer else { return }
        if let id = tokenizer.padToken { add("\(prefix).padding_token_id", id) }
        if let adds = tokenizer.addsBegin { add("\(prefix).add_bos_token", adds) }
        if let adds = tokenizer.addsEnd { add("\(prefix).add_eos_token", adds) }
        if let template = tokenizer.chatTemplate { add("tokenizer.chat_template", template) }
    }

    // MARK: Size

    /// "1.8B", or "256x20B" for as many experts, each with what all share.
    private static func sizeLabel(_ tensors: [GGUFTensor]) -> String {
        var experts = 0
        var count = 0
        for tensor in tensors {
            let elements = tensor.shape.reduce(1, *)
            if tensor.name.contains("_exps.") { experts = tensor.shape[0] }
            count += tensor.name.contains("_exps.") ? elements / tensor.shape[0] : elements
        }
        return (experts > 0 ? "\(experts)x" : "") + rounded(count)
    }

    /// Two significant digits or more, none behind the point from 10 on.
    private static func rounded(_ count: Int) -> String {
        let (unit, suffix) = [(1e12, "T"), (1e9, "B"), (1e6, "M")].first { Double(count) > $0.0 } ?? (1e3, "K")
        let value = Double(count) / unit
        if value.rounded() >= 10 { return "\(Int(value.rounded()))\(suffix)" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)\(suffix)"
    }
}

extension QuantizationType {
    /// `general.file_type`: llama.cpp's number of the mixture (include/llama.h).
    var fileType: Int {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q2_k: 10
        case .q3_k_s: 11
        case .q3_k_m: 12
        case .q3_k_l: 13
        case .q4_k_s: 14
        case .q4_k_m: 15
        case .q5_k_s: 16
        case .q5_k_m: 17
        case .q6_k: 18
        case .iq4_nl: 25
        case .iq4_xs: 30
        case .bf16: 32
        }
    }
}
