/// llama.cpp's names of tensors and Hugging Face's for the same.
///
/// Source: gguf-py/gguf/tensor_mapping.py in github.com/ggml-org/llama.cpp.
enum GGUFTensorNames {
    /// What a tensor of the file becomes.
    enum Target: Equatable {
        case whole(String)
        /// One matrix per expert: `{prefix}.{expert}.{projection}.weight`.
        case experts(prefix: String, projection: String)
        /// Gate and up projection of each expert, in this order.
        case gatesAndUps(prefix: String)
    }

    private static let global = [
        ("token_embd.weight", "model.embed_tokens.weight"), ("output_norm.weight", "model.norm.weight"),
        ("output.weight", "lm_head.weight"),
    ]

    /// Behind `blk.N.` and `model.layers.N.`.
    private static let layer = [
        ("attn_norm.weight", "input_layernorm.weight"), ("ffn_norm.weight", "post_attention_layernorm.weight"),
        ("attn_q.weight", "self_attn.q_proj.weight"), ("attn_q.bias", "self_attn.q_proj.bias"),
        ("attn_k.weight", "self_attn.k_proj.weight"), ("attn_k.bias", "self_attn.k_proj.bias"),
        ("attn_v.weight", "self_attn.v_proj.weight"), ("attn_v.bias", "self_attn.v_proj.bias"),
        ("attn_output.weight", "self_attn.o_proj.weight"), ("attn_output.bias", "self_attn.o_proj.bias"),
        ("attn_q_a.weight", "self_attn.q_a_proj.weight"), ("attn_q_a_norm.weight", "self_attn.q_a_layernorm.weight"),
        ("attn_q_b.weight", "self_attn.q_b_proj.weight"),
        ("attn_kv_a_mqa.weight", "self_attn.kv_a_proj_with_mqa.weight"),
        ("attn_kv_a_norm.weight", "self_attn.kv_a_layernorm.weight"),
        ("attn_kv_b.weight", "self_attn.kv_b_proj.weight"), ("attn_k_b.weight", "self_attn.k_b_proj.weight"),
        ("attn_v_b.weight", "self_attn.v_b_proj.weight"),
        ("ffn_gate.weight", "mlp.gate_proj.weight"), ("ffn_gate.bias", "mlp.gate_proj.bias"),
        ("ffn_up.weight", "mlp.up_proj.weight"), ("ffn_up.bias", "mlp.up_proj.bias"),
        ("ffn_down.weight", "mlp.down_proj.weight"), ("ffn_down.bias", "mlp.down_proj.bias"),
        ("ffn_gate_inp.weight", "mlp.gate.weight"), ("exp_probs_b.bias", "mlp.gate.e_score_correction_bias"),
        ("ffn_gate_shexp.weight", "mlp.shared_experts.gate_proj.weight"),
        ("ffn_up_shexp.weight", "mlp.shared_experts.up_proj.weight"),
        ("ffn_down_shexp.weight", "mlp.shared_experts.down_proj.weight"),
        ("nextn.eh_proj.weight", "eh_proj.weight"), ("nextn.enorm.weight", "enorm.weight"),
        ("nextn.hnorm.weight", "hnorm.weight"), ("nextn.embed_tokens.weight", "embed_tokens.weight"),
        ("nextn.shared_head_norm.weight", "shared_head.norm.weight"),
        ("nextn.shared_head_head.weight", "shared_head.head.weight"),
    ]

    private static let experts = [
        ("ffn_gate_exps.weight", "gate_proj"), ("ffn_up_exps.weight", "up_proj"), ("ffn_down_exps.weight", "down_proj"),
    ]

    private static let globalToTheirs = Dictionary(uniqueKeysWithValues: global)
    private static let globalToOurs = Dictionary(uniqueKeysWithValues: global.map { ($1, $0) })
    private static let layerToTheirs = Dictionary(uniqueKeysWithValues: layer)
    private static let layerToOurs = Dictionary(uniqueKeysWithValues: layer.map { ($1, $0) })
    private static let expertsToTheirs = Dictionary(uniqueKeysWithValues: experts)
    private static let expertsToOurs = Dictionary(uniqueKeysWithValues: experts.map { ($1, $0) })

    /// What a name of the file stands for; nil for one that no supported architecture has.
    static func target(of name: String) -> Target? {
        if let theirs = globalToTheirs[name] { return .whole(theirs) }
        let parts = name.split(separator: ".", maxSplits: 2)
        guard parts.count == 3, parts[0] == "blk", let index = Int(parts[1]), String(index) == parts[1] else {
            return nil
        }
        let suffix = String(parts[2])
        if let theirs = layerToTheirs[suffix] { return .whole("model.layers.\(index).\(theirs)") }
        let prefix = "model.layers.\(index).mlp.experts"
        if suffix == "ffn_gate_up_exps.weight" { return .gatesAndUps(prefix: prefix) }
        return expertsToTheirs[suffix].map { .experts(prefix: prefix, projection: $0) }
    }

    /// Hugging Face's tensors that a tensor of the file holds, one after the other; the given name where there are
    /// none.
    static func tensors(of name: String, experts count: Int) -> [String] {
        switch target(of: name) {
        case nil: [name]
        case .whole(let theirs): [theirs]
        case .experts(let prefix, let projection): (0..<count).map { "\(prefix).\($0).\(projection).weight" }
        case .gatesAndUps(let prefix):
            (0..<count).flatMap { ["\(prefix).\($0).gate_proj.weight", "\(prefix).\($0).up_proj.weight"] }
        }
    }

    /// The name in the file, and the expert within that tensor; nil where there is none.
    static func place(of name: String) -> (name: String, expert: Int?)? {
        if let ours = globalToOurs[name] { return (ours, nil) }
        let parts = name.split(separator: ".", maxSplits: 3)
        guard parts.count == 4, parts[0] == "model", parts[1] == "layers" else { return nil }
        if let ours = layerToOurs[String(parts[3])] { return ("blk.\(parts[2]).\(ours)", nil) }
        let inner = parts[3].split(separator: ".")
        guard inner.count == 5, inner[1] == "experts", let ours = expertsToOurs[String(inner[3])],
            let expert = Int(inner[2])
        else { return nil }
        return ("blk.\(parts[2]).\(ours)", expert)
    }

    /// The name in the file, for messages; the given one where there is none.
    static func inFile(_ name: String) -> String {
        guard let place = place(of: name) else { return name }
        return place.expert.map { "\(place.name) (expert \($0))" } ?? place.name
    }
}
