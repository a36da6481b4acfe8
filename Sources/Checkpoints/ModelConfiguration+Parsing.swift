package import JSON

/// Bounds that real models stay far below; products of a few such numbers cannot overflow.
private enum Bounds {
    static let layers = 1...1_024
    static let heads = 1...4_096
    static let headDimension = 1...4_096
    static let dimension = 1...131_072
    static let experts = 1...4_096
    static let vocabulary = 1...(1 << 24)
    static let context = 1...(1 << 30)
}

extension ModelConfiguration {
    /// Reads and checks config.json; token ids come from generation_config.json where it has them.
    ///
    /// Throws for missing or impossible values and for everything that would need other mathematics than the three
    /// architectures', naming key, value and what is supported.
    package init(config: JSONValue, generationConfig: JSONValue? = nil) throws(CheckpointError) {
        let fields = try ConfigurationFields(config, file: "config.json")
        let generation: ConfigurationFields? =
            if let generationConfig { try ConfigurationFields(generationConfig, file: "generation_config.json") } else {
                nil
            }
        try self.init(fields, generation: generation)
    }

    /// - Parameters:
    ///   - permutesHeads: the rows of query and key heads are ordered for a rotation of adjacent pairs.
    ///   - divisors: take the place of the fields' rotary scaling.
    init(
        _ fields: ConfigurationFields, generation: ConfigurationFields?, permutesHeads: Bool = false,
        divisors: [Float]? = nil
    ) throws(CheckpointError) {
        architecture = try Self.architecture(fields)
        try fields.require("hidden_act", toBe: "silu", "swish")

        vocabularySize = try fields.integer("vocab_size", in: Bounds.vocabulary)
        hiddenSize = try fields.integer("hidden_size", in: Bounds.dimension)
        layerCount = try fields.integer("num_hidden_layers", in: Bounds.layers)
        headCount = try fields.integer("num_attention_heads", in: Bounds.heads)
        intermediateSize = try fields.integer("intermediate_size", in: Bounds.dimension)
        normEpsilon = try fields.number("rms_norm_eps", in: 1e-12...0.1)
        contextLength = try fields.integer("max_position_embeddings", in: Bounds.context)
        tiesEmbeddings = try fields.flag("tie_word_embeddings", default: false)
        quantization = try BlockQuantization(fields)

        switch architecture {
        case .qwen2, .llama:
            (headDimension, keyValueHeadCount) = try Self.denseHeads(fields, hidden: hiddenSize, heads: headCount)
            latentAttention = nil
            experts = nil
            nextTokenLayerCount = 0
        case .deepseekV3:
            let latent = try LatentAttention(fields)
            headDimension = latent.nopeDimension + latent.ropeDimension
            keyValueHeadCount = headCount
            latentAttention = latent
            experts = try ExpertConfiguration(fields, layers: layerCount)
            nextTokenLayerCount = try Self.nextTokenLayers(fields)
            try Self.requireLatentDefaults(fields, heads: headCount)
        }
        rope = try RopeConfiguration(
            fields, dimension: latentAttention?.ropeDimension ?? headDimension, context: contextLength,
            pairing: latentAttention != nil || permutesHeads ? .adjacent : .halves, divisors: divisors)

        let hasLlamaBias = architecture == .llama ? try fields.flag("attention_bias", default: false) : false
        hasQueryKeyValueBias = architecture == .qwen2 || hasLlamaBias
        hasOutputBias = hasLlamaBias
        hasFeedForwardBias = architecture == .llama ? try fields.flag("mlp_bias", default: false) : false
        if architecture == .qwen2 { try Self.requireFullAttention(fields) }

        // `??` would need a rethrowing autoclosure, which forgets the typed error.
        let begin = try generation?.tokens("bos_token_id", below: vocabularySize)
        let ownBegin = try fields.tokens("bos_token_id", below: vocabularySize)
        beginToken = (begin ?? ownBegin)?.first
        let end = try generation?.tokens("eos_token_id", below: vocabularySize)
        let ownEnd = try fields.tokens("eos_token_id", below: vocabularySize)
        endTokens = end ?? ownEnd ?? []
    }

    private static func architecture(_ fields: ConfigurationFields) throws(CheckpointError) -> Architecture {
        let supported = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
        guard let names = fields["architectures"] else {
            switch try fields.string("model_type") {
            case "qwen2": return .qwen2
            case "llama": return .llama
            case "deepseek_v3": return .deepseekV3
            default: throw fields.unsupported("architectures", supported)
            }
        }
        for name in names.arrayValue ?? [names] {
            if let architecture = name.stringValue.flatMap(Architecture.init(rawValue:)) { return architecture }
        }
        throw fields.unsupported("architectures", supported)
    }

    private static func denseHeads(_ fields: ConfigurationFields, hidden: Int, heads: Int) throws(CheckpointError)
        -> (dimension: Int, keyValueHeads: Int)
    {
        let keyValueHeads = try fields.integer("num_key_value_heads", in: Bounds.heads, default: heads)
        guard heads % keyValueHeads == 0 else {
            throw fields.invalid("num_key_value_heads", "it must divide num_attention_heads, \(heads)")
        }
        if let dimension = try fields.optionalInteger("head_dim", in: Bounds.headDimension) {
            guard dimension % 2 == 0 else { throw fields.invalid("head_dim", "it must be even") }
            return (dimension, keyValueHeads)
        }
        guard hidden % heads == 0, hidden / heads % 2 == 0 else {
            throw fields.invalid("hidden_size", "it must be an even multiple of num_attention_heads, \(heads)")
        }
        return (hidden / heads, keyValueHeads)
    }

    private static func nextTokenLayers(_ fields: ConfigurationFields) throws(CheckpointError) -> Int {
        // transformers 5 writes the second spelling.
        let key = fields["num_nextn_predict_layers"] != nil ? "num_nextn_predict_layers" : "num_mtp_layers"
        return try fields.integer(key, in: 0...8, default: 0)
    }

    private static func requireLatentDefaults(_ fields: ConfigurationFields, heads: Int) throws(CheckpointError) {
        try fields.require("attention_bias", toBe: false)
        try fields.require("rope_interleave", toBe: true)
        if let count = try fields.optionalInteger("num_key_value_heads", in: Bounds.heads), count != heads {
            throw fields.invalid(
                "num_key_value_heads", "latent attention needs it equal to num_attention_heads, \(heads)")
        }
    }

    private static func requireFullAttention(_ fields: ConfigurationFields) throws(CheckpointError) {
        try fields.require("use_sliding_window", toBe: false)
        guard let types = fields["layer_types"]?.arrayValue else { return }
        guard types.allSatisfy({ $0 == "full_attention" }) else {
            throw fields.unsupported("layer_types", "full_attention in every layer")
        }
    }
}

extension LatentAttention {
    init(_ fields: ConfigurationFields) throws(CheckpointError) {
        queryRank = try fields.optionalInteger("q_lora_rank", in: Bounds.dimension)
        keyValueRank = try fields.integer("kv_lora_rank", in: Bounds.dimension)
        nopeDimension = try fields.integer("qk_nope_head_dim", in: Bounds.headDimension)
        ropeDimension = try fields.integer("qk_rope_head_dim", in: Bounds.headDimension)
        valueDimension = try fields.integer("v_head_dim", in: Bounds.headDimension)
        guard ropeDimension % 2 == 0 else { throw fields.invalid("qk_rope_head_dim", "it must be even") }
    }
}

extension ExpertConfiguration {
    init(_ fields: ConfigurationFields, layers: Int) throws(CheckpointError) {
        try fields.require("topk_method", toBe: "noaux_tc")
        try fields.require("scoring_func", toBe: "sigmoid")
        try fields.require("moe_layer_freq", toBe: 1)
        routedCount = try fields.integer("n_routed_experts", in: Bounds.experts)
        sharedCount = try fields.integer("n_shared_experts", in: 1...64)
        activeCount = try fields.integer("num_experts_per_tok", in: 1...routedCount)
        intermediateSize = try fields.integer("moe_intermediate_size", in: Bounds.dimension)
        groupCount = try fields.integer("n_group", in: 1...routedCount, default: 1)
        activeGroupCount = try fields.integer("topk_group", in: 1...groupCount, default: groupCount)
        normalizesWeights = try fields.flag("norm_topk_prob", default: true)
        scale = try fields.number("routed_scaling_factor", in: 1e-6...1e6, default: 1)
        firstLayer = try fields.integer("first_k_dense_replace", in: 0...layers, default: 0)
        guard routedCount % groupCount == 0, routedCount / groupCount >= 2 else {
            throw fields.invalid(
                "n_group", "n_routed_experts, \(routedCount), must be a multiple of it, twice it or more")
        }
        guard activeCount <= activeGroupCount * (routedCount / groupCount) else {
            throw fields.invalid(
                "num_experts_per_tok",
                "the \(activeGroupCount) chosen groups of \(routedCount / groupCount) experts must hold as many")
        }
    }
}

extension BlockQuantization {
    init?(_ config: ConfigurationFields) throws(CheckpointError) {
        guard let fields = try config.nested("quantization_config") else { return nil }
        let supported = "fp8 with fmt e4m3 and weight_block_size [128, 128], or unquantised f32, f16 and bf16"
        guard fields["quant_method"] == "fp8" else { throw fields.unsupported("quant_method", supported) }
        try fields.require("fmt", toBe: "e4m3")
        try fields.require("activation_scheme", toBe: "dynamic")
        guard fields["weight_block_size"] == [128, 128] else {
            throw fields.unsupported("weight_block_size", supported)
        }
        rows = 128
        columns = 128
    }
}

extension RopeConfiguration {
    /// Reads `rope_scaling` with either spelling of the type, or transformers 5's `rope_parameters`.
    init(
        _ config: ConfigurationFields, dimension: Int, context: Int, pairing: Pairing, divisors: [Float]?
    ) throws(CheckpointError) {
        let parameters = try config.nested("rope_parameters")
        let ownScaling = try config.nested("rope_scaling")
        let fields = parameters ?? ownScaling
        if let parameters {
            for (key, value) in parameters.object where value.objectValue != nil {
                throw parameters.unsupported(key, "one set of rope parameters for all layers")
            }
            try parameters.require("partial_rotary_factor", toBe: 1, 1.0)
        }
        try config.require("partial_rotary_factor", toBe: 1, 1.0)

        let range = 2.0...1e12
        let theta = try parameters?.optionalNumber("rope_theta", in: range)
        let ownTheta = try config.number("rope_theta", in: range, default: 10_000)
        self.theta = theta ?? ownTheta
        self.dimension = dimension
        self.pairing = pairing
        if let divisors {
            scaling = .divisors(divisors)
        } else {
            scaling = if let fields { try Self.scaling(fields, context: context) } else { .none }
        }
    }

    private static func scaling(_ fields: ConfigurationFields, context: Int) throws(CheckpointError) -> Scaling {
        let key = fields["rope_type"] != nil ? "rope_type" : "type"
        switch try fields.string(key) ?? "default" {
        case "default": return .none
        case "llama3": return .llama3(try Llama3(fields, context: context))
        case "yarn": return .yarn(try Yarn(fields, context: context))
        default: throw fields.unsupported(key, "default, llama3, yarn")
        }
    }
}

extension RopeConfiguration.Llama3 {
    init(_ fields: ConfigurationFields, context: Int) throws(CheckpointError) {
        factor = try fields.number("factor", in: 1...1e6)
        lowFrequencyFactor = try fields.number("low_freq_factor", in: 1e-6...1e6)
        highFrequencyFactor = try fields.number("high_freq_factor", in: 1e-6...1e6)
        originalContext = try fields.integer(
            "original_max_position_embeddings", in: Bounds.context, default: context)
        guard highFrequencyFactor > lowFrequencyFactor else {
            throw fields.invalid("high_freq_factor", "it must exceed low_freq_factor, \(lowFrequencyFactor)")
        }
    }
}

extension RopeConfiguration.Yarn {
    init(_ fields: ConfigurationFields, context: Int) throws(CheckpointError) {
        try fields.require("truncate", toBe: true)
        originalContext = try fields.integer(
            "original_max_position_embeddings", in: Bounds.context, default: context)
        factor = try fields.number(
            "factor", in: 1...1e6, default: Swift.max(1, Double(context) / Double(originalContext)))
        betaFast = try fields.number("beta_fast", in: 1e-3...1e6, default: 32)
        betaSlow = try fields.number("beta_slow", in: 1e-3...1e6, default: 1)
        mscale = try fields.optionalNumber("mscale", in: 0...1e3)
        mscaleAllDimensions = try fields.optionalNumber("mscale_all_dim", in: 0...1e3)
        attentionFactor = try fields.optionalNumber("attention_factor", in: 0...1e3)
        guard betaFast > betaSlow else {
            throw fields.invalid("beta_fast", "it must exceed beta_slow, \(betaSlow)")
        }
    }
}
