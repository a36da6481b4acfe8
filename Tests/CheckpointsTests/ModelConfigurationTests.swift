import Checkpoints
import JSON
import Testing

struct ModelConfigurationTests {
    @Test func `R1 is read with all its parts`() throws {
        let r1 = try ModelConfiguration(config: Configurations.r1)
        #expect(r1.architecture == .deepseekV3)
        #expect(r1.headDimension == 192 && r1.keyValueHeadCount == 128)
        #expect(r1.latentAttention?.queryRank == 1536)
        #expect(r1.experts?.expertsPerGroup == 32 && r1.experts?.scale == 2.5)
        #expect(!r1.isExpertLayer(2) && r1.isExpertLayer(3) && r1.isExpertLayer(61))
        #expect(r1.nextTokenLayerCount == 1)
        #expect(r1.quantization?.scaleShape(of: [576, 7168]) == [5, 56])
        #expect(r1.cacheBytesPerToken(elementWidth: 2) == 70_272)
        #expect(abs(r1.attentionScale - 0.1352338) < 1e-7)
        #expect(r1.rope.dimension == 64)
        guard case .yarn(let yarn) = r1.rope.scaling else { return #expect(Bool(false), "no YaRN") }
        #expect(yarn.factor == 40 && yarn.originalContext == 4096 && yarn.rotationFactor == 1)
        #expect(r1.beginToken == 0 && r1.endTokens == [1])
    }

    @Test(arguments: [
        (Configurations.distillQwen1_5B, 28_672), (Configurations.distillQwen7B, 57_344),
        (Configurations.distillLlama8B, 131_072), (Configurations.distillQwen14B, 196_608),
        (Configurations.distillQwen32B, 262_144), (Configurations.distillLlama70B, 327_680),
    ])
    func `the distills are read, and their caches have the known size`(config: JSONValue, bytes: Int) throws {
        let configuration = try ModelConfiguration(config: config)
        #expect(configuration.headDimension == 128)
        #expect(configuration.cacheBytesPerToken(elementWidth: 2) == bytes)
        #expect(configuration.hasQueryKeyValueBias == (configuration.architecture == .qwen2))
        #expect(!configuration.hasOutputBias && !configuration.hasFeedForwardBias)
    }

    @Test func `Llama's options are honoured`() throws {
        let configuration = try ModelConfiguration(
            config: Configurations.tinyLlama.setting([
                "attention_bias": true, "mlp_bias": true, "head_dim": 16, "tie_word_embeddings": true,
            ]))
        #expect(configuration.hasQueryKeyValueBias && configuration.hasOutputBias && configuration.hasFeedForwardBias)
        #expect(configuration.headDimension == 16 && configuration.tiesEmbeddings)
        guard case .llama3(let scaling) = configuration.rope.scaling else { return #expect(Bool(false), "no llama3") }
        #expect(scaling.factor == 8 && scaling.originalContext == 8192 && configuration.rope.theta == 500_000)
    }

    @Test func `plain queries, one group and a model_type alone are enough`() throws {
        let config = Configurations.tinyDeepSeek.removing("architectures").removing("n_group").removing("topk_group")
            .setting(["q_lora_rank": .null, "num_nextn_predict_layers": .null, "num_mtp_layers": 1])
        let configuration = try ModelConfiguration(config: config)
        #expect(configuration.architecture == .deepseekV3)
        #expect(configuration.latentAttention?.queryRank == nil)
        #expect(configuration.experts?.groupCount == 1)
        #expect(configuration.nextTokenLayerCount == 1)
    }

    @Test func `rope is read in every spelling`() throws {
        let old = Configurations.tinyLlama
        let scaling = try #require(old["rope_scaling"]?.objectValue)
        let expected = try ModelConfiguration(config: old).rope
        var typed = JSONValue.object(scaling).removing("rope_type").setting(["type": "llama3"])
        #expect(try ModelConfiguration(config: old.setting(["rope_scaling": typed])).rope == expected)
        typed = JSONValue.object(scaling).setting(["rope_theta": 500000.0])
        let new = old.removing("rope_scaling").removing("rope_theta").setting(["rope_parameters": typed])
        #expect(try ModelConfiguration(config: new).rope == expected)
        let plain = old.removing("rope_scaling").setting([
            "rope_parameters": ["rope_type": "default", "rope_theta": 77.0]
        ])
        let rope = try ModelConfiguration(config: plain).rope
        #expect(rope.scaling == .none && rope.theta == 77)
    }

    @Test func `token ids of generation_config.json go first`() throws {
        let config = Configurations.tinyQwen
        let both = try ModelConfiguration(
            config: config, generationConfig: ["bos_token_id": 1, "eos_token_id": [2, 3]])
        #expect(both.beginToken == 1 && both.endTokens == [2, 3])
        let own = try ModelConfiguration(config: config, generationConfig: ["temperature": 1])
        #expect(own.beginToken == 5 && own.endTokens == [6])
        expectCheckpointError("generation_config.json", #""eos_token_id" is 64"#, "0 to 63") {
            _ = try ModelConfiguration(config: config, generationConfig: ["eos_token_id": 64])
        }
    }

    @Test(
        arguments: [
            (
                "architectures", ["MistralForCausalLM"],
                "Supported: Qwen2ForCausalLM, LlamaForCausalLM, DeepseekV3ForCausalLM"
            ),
            ("architectures", .null, "not supported"),
            ("hidden_act", "gelu", #"Supported: "silu""#),
            ("use_sliding_window", true, "Supported: false"),
            ("layer_types", ["full_attention", "sliding_attention"], "full_attention in every layer"),
            ("rope_scaling", ["type": "dynamic", "factor": 2], #""rope_scaling.type" is "dynamic""#),
            ("rope_scaling", ["rope_type": "linear", "factor": 2], "Supported: default, llama3, yarn"),
            ("rope_scaling", ["type": "yarn", "factor": 4, "truncate": false], "rope_scaling.truncate"),
            ("rope_scaling", "yarn", #""rope_scaling" is a string"#),
            ("rope_scaling", ["type": "llama3", "factor": 2], #""rope_scaling.low_freq_factor" is missing"#),
            ("rope_parameters", ["full_attention": ["rope_type": "default"]], "one set of rope parameters"),
            ("partial_rotary_factor", 0.5, "Supported: 1"),
            (
                "quantization_config", ["quant_method": "gptq", "bits": 4],
                #""quantization_config.quant_method" is "gptq""#
            ),
            ("quantization_config", ["quant_method": "awq"], "unquantised f32, f16 and bf16"),
            ("quantization_config", ["quant_method": "fp8"], "weight_block_size"),
            ("quantization_config", ["quant_method": "fp8", "fmt": "e5m2", "weight_block_size": [128, 128]], "fmt"),
            ("quantization_config", ["quant_method": "fp8", "weight_block_size": [64, 64]], "[64,64]"),
        ] as [(String, JSONValue, String)])
    func `what is not supported is refused with key, value and what is`(key: String, value: JSONValue, text: String) {
        var config = Configurations.tinyQwen.setting([key: value])
        if key == "architectures" { config = config.setting(["model_type": "mistral"]) }
        expectCheckpointError("config.json", "\(key)", text) { _ = try ModelConfiguration(config: config) }
    }

    @Test(
        arguments: [
            ("topk_method", "greedy", #"Supported: "noaux_tc""#), ("scoring_func", "softmax", #"Supported: "sigmoid""#),
            ("moe_layer_freq", 2, "Supported: 1"), ("attention_bias", true, "Supported: false"),
            ("rope_interleave", false, "Supported: true"), ("num_key_value_heads", 1, "num_attention_heads, 2"),
            ("n_group", 3, "multiple"), ("n_group", 4, "twice it"), ("topk_group", 3, "from 1 to 2"),
            ("num_experts_per_tok", 3, "chosen groups"), ("num_experts_per_tok", 5, "from 1 to 4"),
            ("qk_rope_head_dim", 5, "even"), ("kv_lora_rank", .null, "missing"), ("n_routed_experts", .null, "missing"),
            ("first_k_dense_replace", 3, "from 0 to 2"), ("num_nextn_predict_layers", -1, "from 0"),
            ("routed_scaling_factor", "x", "number"), ("norm_topk_prob", 1, "true or false"),
        ] as [(String, JSONValue, String)])
    func `DeepSeek-V3's keys are checked`(key: String, value: JSONValue, text: String) {
        expectCheckpointError("config.json", "\"\(key)\"", text) {
            _ = try ModelConfiguration(config: Configurations.tinyDeepSeek.setting([key: value]))
        }
    }

    @Test(
        arguments: [
            ("hidden_size", 0), ("hidden_size", -32), ("hidden_size", 33), ("hidden_size", 12.5), ("hidden_size", "32"),
            ("hidden_size", 1_000_000_000_000), ("num_hidden_layers", 0), ("num_attention_heads", 0),
            ("num_attention_heads", 32), ("num_key_value_heads", 3), ("num_key_value_heads", 0), ("head_dim", 7),
            ("vocab_size", .null), ("intermediate_size", true), ("rms_norm_eps", 0), ("rms_norm_eps", .null),
            ("max_position_embeddings", 0), ("rope_theta", -1), ("tie_word_embeddings", "no"), ("eos_token_id", -1),
            ("eos_token_id", [6, "x"]), ("bos_token_id", 64),
        ] as [(String, JSONValue)])
    func `impossible numbers are refused with their key`(key: String, value: JSONValue) {
        let named = key == "num_attention_heads" && value == 32 ? "hidden_size" : key
        expectCheckpointError("config.json: \"\(named)\"") {
            _ = try ModelConfiguration(config: Configurations.tinyQwen.setting([key: value]))
        }
    }

    @Test func `no value of any key breaks the reader or the plan`() {
        let values: [JSONValue] = [
            .null, true, 0, 1, 2, 7, -1, 4096, 131_072, .integer(.max), .integer(.min), 1.5, 1e300, -1e300, "x", [],
            [1],
            ["type": "yarn"], ["factor": 1e300, "type": "yarn"], [:],
        ]
        for config in [Configurations.tinyDeepSeek, Configurations.tinyLlama, Configurations.tinyFP8] {
            for key in config.objectValue?.keys ?? [] {
                for value in values {
                    guard let configuration = try? ModelConfiguration(config: config.setting([key: value])) else {
                        continue
                    }
                    #expect(TensorPlan(configuration).parameterCount > 0)
                }
            }
        }
    }

    @Test func `generation defaults are read and checked`() throws {
        let defaults = try GenerationDefaults([
            "temperature": 0.6, "top_p": 0.95, "top_k": 20, "repetition_penalty": 1.05, "do_sample": true,
            "eos_token_id": [1, 2], "transformers_version": "4.46",
        ])
        #expect(defaults.temperature == 0.6 && defaults.topP == 0.95 && defaults.topK == 20)
        #expect(defaults.repetitionPenalty == 1.05 && defaults.samples == true && defaults.endTokens == [1, 2])
        let silent = try GenerationDefaults(nil)
        #expect(silent.temperature == nil && silent.samples == nil && silent.endTokens == [])
        for (key, value) in [
            ("temperature", -1), ("temperature", "hot"), ("top_p", 0), ("top_p", 1.5), ("top_k", -2), ("top_k", 1.5),
            ("repetition_penalty", 0), ("do_sample", 1), ("eos_token_id", "x"),
        ] as [(String, JSONValue)] {
            expectCheckpointError("generation_config.json: \"\(key)\" is \(value.serialized())") {
                _ = try GenerationDefaults([key: value])
            }
        }
    }
}
