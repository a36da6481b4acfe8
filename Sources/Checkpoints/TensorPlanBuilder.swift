/// Lists an architecture's tensors in the order of the forward pass.
struct TensorPlanBuilder {
    let configuration: ModelConfiguration
    private(set) var items: [TensorPlan.Item] = []
    private var nextTokenLayer: Int?

    init(_ configuration: ModelConfiguration) {
        self.configuration = configuration
    }

    mutating func build() {
        let hidden = configuration.hiddenSize
        let vocabulary = configuration.vocabularySize
        add("model.embed_tokens.weight", [vocabulary, hidden], .embedding)
        for index in 0..<configuration.layerCount { addLayer(index) }
        add("model.norm.weight", [hidden], .norm)
        add("lm_head.weight", [vocabulary, hidden], .head, isOptional: configuration.tiesEmbeddings)
        for module in 0..<configuration.nextTokenLayerCount {
            nextTokenLayer = module
            let prefix = "model.layers.\(configuration.layerCount + module)"
            add("\(prefix).embed_tokens.weight", [vocabulary, hidden], .embedding, isOptional: true)
            add("\(prefix).enorm.weight", [hidden], .norm)
            add("\(prefix).hnorm.weight", [hidden], .norm)
            add("\(prefix).eh_proj.weight", [hidden, 2 * hidden], .joint)
            addLayer(configuration.layerCount + module)
            add("\(prefix).shared_head.norm.weight", [hidden], .norm)
            add("\(prefix).shared_head.head.weight", [vocabulary, hidden], .head, isOptional: true)
        }
        nextTokenLayer = nil
    }

    private mutating func add(_ name: String, _ shape: [Int], _ role: TensorPlan.Role, isOptional: Bool = false) {
        items.append(
            TensorPlan.Item(
                name: name, shape: shape, role: role, nextTokenLayer: nextTokenLayer, isOptional: isOptional))
    }

    private mutating func addLayer(_ index: Int) {
        let prefix = "model.layers.\(index)"
        let hidden = configuration.hiddenSize
        add("\(prefix).input_layernorm.weight", [hidden], .norm)
        if let latent = configuration.latentAttention {
            addAttention("\(prefix).self_attn", latent)
        } else {
            addAttention("\(prefix).self_attn")
        }
        add("\(prefix).post_attention_layernorm.weight", [hidden], .norm)
        if let experts = configuration.experts, configuration.isExpertLayer(index) {
            addExperts("\(prefix).mlp", experts)
        } else {
            addFeedForward(
                "\(prefix).mlp", width: configuration.intermediateSize, hasBias: configuration.hasFeedForwardBias)
        }
    }

    private mutating func addAttention(_ prefix: String) {
        let queries = configuration.headCount * configuration.headDimension
        let keys = configuration.keyValueHeadCount * configuration.headDimension
        for (name, rows) in [("q_proj", queries), ("k_proj", keys), ("v_proj", keys)] {
            add("\(prefix).\(name).weight", [rows, configuration.hiddenSize], .projection)
            if configuration.hasQueryKeyValueBias { add("\(prefix).\(name).bias", [rows], .bias) }
        }
        add("\(prefix).o_proj.weight", [configuration.hiddenSize, queries], .projection)
        if configuration.hasOutputBias { add("\(prefix).o_proj.bias", [configuration.hiddenSize], .bias) }
    }

    private mutating func addAttention(_ prefix: String, _ latent: LatentAttention) {
        let hidden = configuration.hiddenSize
        let heads = configuration.headCount
        let queries = heads * configuration.headDimension
        if let rank = latent.queryRank {
            add("\(prefix).q_a_proj.weight", [rank, hidden], .projection)
            add("\(prefix).q_a_layernorm.weight", [rank], .norm)
            add("\(prefix).q_b_proj.weight", [queries, rank], .projection)
        } else {
            add("\(prefix).q_proj.weight", [queries, hidden], .projection)
        }
        let rank = latent.keyValueRank
        add("\(prefix).kv_a_proj_with_mqa.weight", [rank + latent.ropeDimension, hidden], .projection)
        add("\(prefix).kv_a_layernorm.weight", [rank], .norm)
        add("\(prefix).kv_b_proj.weight", [heads * (latent.nopeDimension + latent.valueDimension), rank], .projection)
        items[items.count - 1].parts = [
            TensorPlan.Part(name: "\(prefix).k_b_proj.weight", shape: [heads, rank, latent.nopeDimension]),
            TensorPlan.Part(name: "\(prefix).v_b_proj.weight", shape: [heads, latent.valueDimension, rank]),
        ]
        add("\(prefix).o_proj.weight", [hidden, heads * latent.valueDimension], .projection)
    }

    private mutating func addExperts(_ prefix: String, _ experts: ExpertConfiguration) {
        add("\(prefix).gate.weight", [experts.routedCount, configuration.hiddenSize], .router)
        add("\(prefix).gate.e_score_correction_bias", [experts.routedCount], .routerBias)
        for expert in 0..<experts.routedCount {
            addFeedForward("\(prefix).experts.\(expert)", width: experts.intermediateSize, role: .expert)
        }
        addFeedForward("\(prefix).shared_experts", width: experts.intermediateSize * experts.sharedCount)
    }

    private mutating func addFeedForward(
        _ prefix: String, width: Int, role: TensorPlan.Role = .projection, hasBias: Bool = false
    ) {
        let hidden = configuration.hiddenSize
        for (name, outputs, inputs) in [
            ("gate_proj", width, hidden), ("up_proj", width, hidden), ("down_proj", hidden, width),
        ] {
            add("\(prefix).\(name).weight", [outputs, inputs], role)
            if hasBias { add("\(prefix).\(name).bias", [outputs], .bias) }
        }
    }
}
