import JSON

/// config.json of the models that are served, and of small ones.
enum Configurations {
    static let r1: JSONValue = [
        "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "hidden_act": "silu",
        "attention_bias": false, "vocab_size": 129280, "hidden_size": 7168, "num_hidden_layers": 61,
        "num_attention_heads": 128, "num_key_value_heads": 128, "intermediate_size": 18432,
        "moe_intermediate_size": 2048, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
        "n_group": 8, "topk_group": 4, "topk_method": "noaux_tc", "scoring_func": "sigmoid", "norm_topk_prob": true,
        "routed_scaling_factor": 2.5, "first_k_dense_replace": 3, "moe_layer_freq": 1, "q_lora_rank": 1536,
        "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
        "rms_norm_eps": 1e-6, "max_position_embeddings": 163840, "rope_theta": 10000, "tie_word_embeddings": false,
        "num_nextn_predict_layers": 1, "bos_token_id": 0, "eos_token_id": 1, "ep_size": 1, "pretraining_tp": 1,
        "rope_scaling": [
            "type": "yarn", "factor": 40, "original_max_position_embeddings": 4096, "beta_fast": 32, "beta_slow": 1,
            "mscale": 1.0, "mscale_all_dim": 1.0,
        ],
        "quantization_config": [
            "activation_scheme": "dynamic", "fmt": "e4m3", "quant_method": "fp8", "weight_block_size": [128, 128],
        ],
    ]

    static let distillQwen1_5B = qwen(1536, 28, 12, 2, 8960, 151936, epsilon: 1e-6, theta: 10000)
    static let distillQwen7B = qwen(3584, 28, 28, 4, 18944, 152064, epsilon: 1e-6, theta: 10000)
    static let distillQwen14B = qwen(5120, 48, 40, 8, 13824, 152064, epsilon: 1e-5, theta: 1_000_000)
    static let distillQwen32B = qwen(5120, 64, 40, 8, 27648, 152064, epsilon: 1e-5, theta: 1_000_000)
    static let distillLlama8B = llama(4096, 32, 32, 8, 14336, 128256)
    static let distillLlama70B = llama(8192, 80, 64, 8, 28672, 128256)

    static let tinyQwen = qwen(32, 2, 4, 2, 48, 64, epsilon: 1e-6, theta: 10000)
    static let tinyLlama = llama(32, 2, 4, 2, 48, 64)

    /// One dense and one expert layer, one MTP module.
    static let tinyDeepSeek: JSONValue = r1.setting([
        "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 2, "intermediate_size": 48, "moe_intermediate_size": 16, "n_routed_experts": 4,
        "num_experts_per_tok": 2, "n_group": 2, "topk_group": 1, "first_k_dense_replace": 1, "q_lora_rank": 24,
        "kv_lora_rank": 16, "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "v_head_dim": 8,
        "quantization_config": .null,
    ])

    /// Matrices of more than one fp8 block, the last ones cut.
    static let tinyFP8: JSONValue = tinyDeepSeek.setting([
        "hidden_size": 160, "intermediate_size": 200, "num_nextn_predict_layers": 0,
        "quantization_config": r1["quantization_config"] ?? .null,
    ])

    private static func qwen(
        _ hidden: Int, _ layers: Int, _ heads: Int, _ keyValueHeads: Int, _ intermediate: Int, _ vocabulary: Int,
        epsilon: Double, theta: Double
    ) -> JSONValue {
        [
            "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu",
            "hidden_size": .integer(hidden), "num_hidden_layers": .integer(layers),
            "num_attention_heads": .integer(heads), "num_key_value_heads": .integer(keyValueHeads),
            "intermediate_size": .integer(intermediate), "vocab_size": .integer(vocabulary),
            "rms_norm_eps": .number(epsilon), "rope_theta": .number(theta), "max_position_embeddings": 131072,
            "tie_word_embeddings": false, "use_sliding_window": false, "sliding_window": 4096,
            "max_window_layers": 21, "bos_token_id": 5, "eos_token_id": 6,
        ]
    }

    private static func llama(
        _ hidden: Int, _ layers: Int, _ heads: Int, _ keyValueHeads: Int, _ intermediate: Int, _ vocabulary: Int
    ) -> JSONValue {
        [
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "hidden_size": .integer(hidden), "num_hidden_layers": .integer(layers),
            "num_attention_heads": .integer(heads), "num_key_value_heads": .integer(keyValueHeads),
            "intermediate_size": .integer(intermediate), "vocab_size": .integer(vocabulary),
            "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "max_position_embeddings": 131072,
            "tie_word_embeddings": false, "attention_bias": false, "mlp_bias": false, "bos_token_id": 5,
            "eos_token_id": 6, "pretraining_tp": 1,
            "rope_scaling": [
                "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192, "rope_type": "llama3",
            ],
        ]
    }
}

extension JSONValue {
    /// The object with these members replaced or added.
    func setting(_ members: JSONObject) -> JSONValue {
        var object = objectValue ?? JSONObject()
        for (key, value) in members { object[key] = value }
        return .object(object)
    }

    func removing(_ key: String) -> JSONValue {
        var object = objectValue ?? JSONObject()
        object.removeValue(forKey: key)
        return .object(object)
    }
}
