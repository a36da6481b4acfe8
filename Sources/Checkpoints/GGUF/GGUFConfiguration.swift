import JSON

/// A GGUF file's metadata in the words of config.json and generation_config.json, which say the same.
///
/// Source of the keys: gguf-py/gguf/constants.py in github.com/ggml-org/llama.cpp.
struct GGUFConfiguration: Sendable {
    let file: String
    private(set) var config = JSONObject()
    private(set) var generation = JSONObject()
    /// The metadata key behind each member, by its path.
    private(set) var names: [String: String] = [:]
    /// Rows of query and key heads are ordered for a rotation of adjacent pairs.
    let permutesHeads: Bool
    /// What rotary frequencies are divided by; nil for none.
    let divisors: [Float]?
    /// Routed experts; nil for dense models.
    let expertCount: Int?

    private let metadata: GGUFMetadata
    private let architecture: String
    private static let supported = "qwen2, llama, deepseek2"

    /// - Parameter entries: the tensors of all files, which tell what the metadata leaves out.
    init(_ metadata: GGUFMetadata, entries: [String: GGUFHeader.Entry], divisors: [Float]?) throws(CheckpointError) {
        self.metadata = metadata
        file = metadata.file
        let key = "general.architecture"
        architecture = try metadata.required(key, metadata.string(key))
        permutesHeads = architecture == "llama"
        expertCount = try metadata.integer("\(architecture).expert_count").flatMap { $0 == 0 ? nil : $0 }
        self.divisors = architecture == "llama" ? divisors : nil

        try addCommon(entries)
        switch architecture {
        case "qwen2":
            config["architectures"] = ["Qwen2ForCausalLM"]
            try addDenseAttention()
        case "llama":
            config["architectures"] = ["LlamaForCausalLM"]
            config["attention_bias"] = .bool(entries["blk.0.attn_q.bias"] != nil)
            config["mlp_bias"] = .bool(entries["blk.0.ffn_gate.bias"] != nil)
            try addDenseAttention()
        case "deepseek2":
            config["architectures"] = ["DeepseekV3ForCausalLM"]
            try addLatentAttention()
            try addExperts()
        default: throw metadata.unsupported(key, "\"\(architecture)\"", supported: Self.supported)
        }
        try addRotary()
        try addTokens()
        try addGeneration()
    }

    /// Reads and checks it as config.json is checked; errors name the metadata's keys.
    func parsed() throws(CheckpointError) -> ModelConfiguration {
        let configuration = try ModelConfiguration(
            ConfigurationFields(.object(config), file: file, names: names), generation: nil,
            permutesHeads: permutesHeads, divisors: divisors)
        if let divisors, 2 * divisors.count != configuration.rope.dimension {
            throw CheckpointError(
                file: file, tensor: GGUFTensors.rotaryDivisors,
                problem: "has \(divisors.count) values; heads of \(configuration.rope.dimension) need half as many",
                remedy: CheckpointError.downloadAgain)
        }
        return configuration
    }

    func generationDefaults() throws(CheckpointError) -> GenerationDefaults {
        try GenerationDefaults(ConfigurationFields(.object(generation), file: file, names: names))
    }

    // MARK: Copying

    private enum Kind {
        case integer
        case number
        case flag
        case string
    }

    /// Copies a value of the architecture, if it is there, under the name that config.json has for it.
    private mutating func copy(_ key: String, as member: String, _ kind: Kind = .integer) throws(CheckpointError) {
        let key = "\(architecture).\(key)"
        names[member] = key
        set(member, try value(key, kind))
    }

    private func value(_ key: String, _ kind: Kind) throws(CheckpointError) -> JSONValue? {
        switch kind {
        case .integer: try metadata.integer(key).map { .integer($0) }
        case .number: try metadata.number(key).map { .number($0) }
        case .flag: try metadata.boolean(key).map { .bool($0) }
        case .string: try metadata.string(key).map { .string($0) }
        }
    }

    /// Sets a member by its path of one or two names.
    private mutating func set(_ member: String, _ value: JSONValue?) {
        guard let value else { return }
        let path = member.split(separator: ".").map(String.init)
        guard path.count == 2 else { return config[member] = value }
        var inner = config[path[0]]?.objectValue ?? JSONObject()
        inner[path[1]] = value
        config[path[0]] = .object(inner)
    }

    private func integer(_ key: String) throws(CheckpointError) -> Int? {
        try metadata.integer("\(architecture).\(key)")
    }

    private func required(_ key: String) throws(CheckpointError) -> Int {
        try metadata.required("\(architecture).\(key)", integer(key))
    }

    /// Refuses a value of the architecture that asks for other mathematics.
    private func require<Value: Equatable>(
        _ key: String, _ value: Value?, toBe supported: Value...
    ) throws(CheckpointError) {
        guard let value, !supported.contains(value) else { return }
        throw metadata.unsupported(
            "\(architecture).\(key)", "\(value)", supported: supported.map { "\($0)" }.joined(separator: ", "))
    }

    // MARK: Parts

    private mutating func addCommon(_ entries: [String: GGUFHeader.Entry]) throws(CheckpointError) {
        config["hidden_act"] = "silu"
        try copy("vocab_size", as: "vocab_size")
        if config["vocab_size"] == nil, let rows = entries["token_embd.weight"]?.shape.first {
            config["vocab_size"] = .integer(rows)
        }
        try copy("embedding_length", as: "hidden_size")
        try copy("block_count", as: "num_hidden_layers")
        try copy("attention.head_count", as: "num_attention_heads")
        try copy("feed_forward_length", as: "intermediate_size")
        try copy("attention.layer_norm_rms_epsilon", as: "rms_norm_eps", .number)
        try copy("context_length", as: "max_position_embeddings")
        try copy("rope.freq_base", as: "rope_theta", .number)
        config["tie_word_embeddings"] = .bool(entries["output.weight"] == nil)
    }

    private mutating func addDenseAttention() throws(CheckpointError) {
        try require("expert_count", integer("expert_count"), toBe: 0)
        try require("attention.sliding_window", integer("attention.sliding_window"), toBe: 0)
        try copy("attention.head_count_kv", as: "num_key_value_heads")
        try copy("attention.key_length", as: "head_dim")
        let hidden = try required("embedding_length")
        let heads = try required("attention.head_count")
        let dimension = try integer("attention.key_length") ?? hidden / Swift.max(1, heads)
        try require("attention.value_length", integer("attention.value_length"), toBe: dimension)
        try require("rope.dimension_count", integer("rope.dimension_count"), toBe: dimension)
    }

    /// Files that keep attn_kv_b tell the sizes of expanded keys and values; those that split it tell them under keys
    /// of their own, and describe the cached latent as the one head of keys and values.
    private mutating func addLatentAttention() throws(CheckpointError) {
        let isSplit = try integer("attention.key_length_mla") != nil
        let heads = try required("attention.head_count")
        let rank = try required("attention.kv_lora_rank")
        let rotated = try required("rope.dimension_count")
        let keyName = isSplit ? "attention.key_length_mla" : "attention.key_length"
        let keyLength = try required(keyName)
        try copy("attention.q_lora_rank", as: "q_lora_rank")
        if config["q_lora_rank"] == 0 { config["q_lora_rank"] = .null }
        try copy("attention.kv_lora_rank", as: "kv_lora_rank")
        try copy("rope.dimension_count", as: "qk_rope_head_dim")
        try copy(isSplit ? "attention.value_length_mla" : "attention.value_length", as: "v_head_dim")
        names["qk_nope_head_dim"] = "\(architecture).\(keyName)"
        guard keyLength > rotated, rotated > 0 else {
            throw metadata.invalid(
                "\(architecture).\(keyName)", "is \(keyLength); it must exceed rope.dimension_count, \(rotated)")
        }
        config["qk_nope_head_dim"] = .integer(keyLength - rotated)
        if isSplit {
            try require("attention.head_count_kv", integer("attention.head_count_kv"), toBe: 1)
            try require("attention.key_length", integer("attention.key_length"), toBe: rank &+ rotated)
            try require("attention.value_length", integer("attention.value_length"), toBe: rank)
        } else {
            try require("attention.head_count_kv", integer("attention.head_count_kv"), toBe: heads)
        }
    }

    private mutating func addExperts() throws(CheckpointError) {
        try copy("expert_count", as: "n_routed_experts")
        try copy("expert_used_count", as: "num_experts_per_tok")
        try copy("expert_shared_count", as: "n_shared_experts")
        try copy("expert_feed_forward_length", as: "moe_intermediate_size")
        try copy("expert_weights_scale", as: "routed_scaling_factor", .number)
        try copy("expert_weights_norm", as: "norm_topk_prob", .flag)
        if config["norm_topk_prob"] == nil { config["norm_topk_prob"] = false }
        try copy("leading_dense_block_count", as: "first_k_dense_replace")
        try copy("expert_group_count", as: "n_group")
        try copy("expert_group_used_count", as: "topk_group")
        // 1 is softmax, which is also what files mean that do not say: DeepSeek-V2.
        let gating = try integer("expert_gating_func") ?? 1
        guard gating == 2 else {
            throw metadata.unsupported(
                "\(architecture).expert_gating_func", gating == 1 ? "1 (softmax)" : "\(gating)",
                supported: "2 (sigmoid)")
        }
        // Most files of R1 were made before the keys existed; the model routes within 4 of 8 groups.
        if expertCount == 256, config["n_group"] == nil, config["topk_group"] == nil {
            config["n_group"] = 8
            config["topk_group"] = 4
        }
        if let modules = try integer("nextn_predict_layers"), modules > 0 {
            try copy("nextn_predict_layers", as: "num_nextn_predict_layers")
            config["num_hidden_layers"] = .integer(try required("block_count") &- modules)
        }
    }

    private mutating func addRotary() throws(CheckpointError) {
        let linear = try metadata.number("\(architecture).rope.scale_linear")
        try require("rope.scale_linear", linear, toBe: 1)
        let type = try metadata.string("\(architecture).rope.scaling.type") ?? "none"
        guard type != "none" else { return }
        guard type == "yarn" else {
            throw metadata.unsupported(
                "\(architecture).rope.scaling.type", "\"\(type)\"", supported: "none, yarn, rope_freqs.weight")
        }
        config["rope_scaling"] = ["type": "yarn"]
        try copy("rope.scaling.factor", as: "rope_scaling.factor", .number)
        try copy("rope.scaling.original_context_length", as: "rope_scaling.original_max_position_embeddings")
        try copy("rope.scaling.yarn_beta_fast", as: "rope_scaling.beta_fast", .number)
        try copy("rope.scaling.yarn_beta_slow", as: "rope_scaling.beta_slow", .number)
        try require(
            "rope.scaling.yarn_ext_factor", metadata.number("\(architecture).rope.scaling.yarn_ext_factor"), toBe: 1,
            -1)
        try require(
            "rope.scaling.yarn_attn_factor", metadata.number("\(architecture).rope.scaling.yarn_attn_factor"), toBe: 1)
        guard architecture == "deepseek2" else { return }
        // 0.1 * mscale_all_dim. llama.cpp scales cosines and sines by mscale / mscale_all_dim, which it takes for 1.
        let key = "\(architecture).rope.scaling.yarn_log_multiplier"
        let multiplier = try metadata.required(key, metadata.number(key))
        for member in ["mscale", "mscale_all_dim"] {
            names["rope_scaling.\(member)"] = key
            set("rope_scaling.\(member)", .number((multiplier * 1e7).rounded() / 1e6))
        }
    }

    private mutating func addTokens() throws(CheckpointError) {
        let begin = "tokenizer.ggml.bos_token_id"
        let ends = GGUFTokenizer.endKeys
        if let id = try metadata.integer(begin) { config["bos_token_id"] = .integer(id) }
        var ids: [JSONValue] = []
        for key in ends {
            if let id = try metadata.integer(key), !ids.contains(.integer(id)) { ids.append(.integer(id)) }
        }
        if !ids.isEmpty { config["eos_token_id"] = ids.count == 1 ? ids[0] : .array(ids) }
        names["bos_token_id"] = begin
        names["eos_token_id"] = ends[0]
    }

    private mutating func addGeneration() throws(CheckpointError) {
        for (key, member, kind) in [
            ("temp", "temperature", Kind.number), ("top_p", "top_p", .number), ("top_k", "top_k", .integer),
            ("min_p", "min_p", .number), ("penalty_repeat", "repetition_penalty", .number),
        ] {
            let key = "general.sampling.\(key)"
            names[member] = key
            generation[member] = try value(key, kind)
        }
    }
}
