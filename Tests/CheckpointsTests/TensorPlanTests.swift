import Checkpoints
import JSON
import Testing

struct TensorPlanTests {
    @Test(arguments: [
        (Configurations.r1, 671_026_419_200), (Configurations.distillQwen1_5B, 1_777_088_000),
        (Configurations.distillQwen7B, 7_615_616_512), (Configurations.distillLlama8B, 8_030_261_248),
        (Configurations.distillQwen14B, 14_770_033_664), (Configurations.distillQwen32B, 32_763_876_352),
        (Configurations.distillLlama70B, 70_553_706_496),
    ])
    func `the served models have their known number of parameters`(config: JSONValue, count: Int) throws {
        let plan = TensorPlan(try ModelConfiguration(config: config))
        #expect(plan.parameterCount == count)
    }

    @Test func `one token of R1 reads 36.6 billion parameters, and MTP adds 11.6 billion`() throws {
        let plan = TensorPlan(try ModelConfiguration(config: Configurations.r1))
        #expect(HumanReadable.count(plan.activeParameterCount) == "36.6 B")
        #expect(HumanReadable.count(plan.nextTokenParameterCount) == "11.6 B")
        let dense = TensorPlan(try ModelConfiguration(config: Configurations.distillQwen1_5B))
        #expect(dense.activeParameterCount == dense.parameterCount - 151936 * 1536)
        #expect(dense.nextTokenParameterCount == 0)
    }

    @Test(arguments: [
        Configurations.tinyQwen, Configurations.tinyLlama, Configurations.tinyDeepSeek, Configurations.tinyFP8,
        Configurations.tinyLlama.setting(["attention_bias": true, "mlp_bias": true]),
        Configurations.tinyDeepSeek.setting(["q_lora_rank": .null]),
    ])
    func `a complete checkpoint passes`(config: JSONValue) throws {
        let model = try ModelFolder(config)
        model.writeWeights()
        try model.check()
    }

    @Test func `weights of every type pass, and the rest is refused by tensor and file`() throws {
        var model = try ModelFolder(Configurations.tinyQwen)
        model.change("model.norm.weight") { $0.type = .bf16 }
        model.change("lm_head.weight") { $0.type = .f16 }
        model.writeWeights()
        try model.check()
        model.change("model.norm.weight") { $0.type = .i32 }
        model.writeWeights()
        expectCheckpointError(
            "model.safetensors: tensor model.norm.weight", "is I32 in model.safetensors; supported: F32, F16, BF16"
        ) { try model.check() }
    }

    @Test func `tied embeddings need no head and tolerate one`() throws {
        let config = Configurations.tinyQwen.setting(["tie_word_embeddings": true])
        var model = try ModelFolder(config)
        #expect(!model.tensors.contains { $0.name == "lm_head.weight" })
        model.writeWeights()
        try model.check()
        model.tensors.append(TensorFixture(name: "lm_head.weight", shape: [64, 32]))
        model.writeWeights()
        try model.check()
        let plan = TensorPlan(try ModelConfiguration(config: config))
        #expect(plan.activeParameterCount == plan.parameterCount)
    }

    @Test func `the MTP module is all there or all absent`() throws {
        var model = try ModelFolder(Configurations.tinyDeepSeek)
        model.writeWeights()
        let checkpoint = try model.open()
        let plan = TensorPlan(try checkpoint.configuration())
        try plan.check(checkpoint.tensors)
        #expect(plan.hasNextTokenLayers(in: checkpoint.tensors))
        #expect(plan.items.contains { $0.name == "model.layers.2.eh_proj.weight" && $0.nextTokenLayer == 0 })

        model.remove("model.layers.2.embed_tokens.weight")
        model.remove("model.layers.2.shared_head.head.weight")
        model.writeWeights()
        try model.check()
        model.remove("model.layers.2.enorm.weight")
        model.writeWeights()
        expectCheckpointError("1 tensor does not fit", "missing: model.layers.2.enorm.weight [32]") {
            try model.check()
        }

        let without = try ModelFolder(Configurations.tinyDeepSeek, withNextTokenLayers: false)
        without.writeWeights()
        try without.check()
        #expect(!plan.hasNextTokenLayers(in: try without.open().tensors))
    }

    @Test func `an fp8 weight and its scales go together`() throws {
        let name = "model.layers.1.mlp.experts.3.down_proj.weight"
        var model = try ModelFolder(Configurations.tinyFP8)
        #expect(model.tensors.first { $0.name == name + "_scale_inv" }?.shape == [2, 1])
        model.remove(name + "_scale_inv")
        model.writeWeights()
        expectCheckpointError("missing: \(name)_scale_inv [2, 1], the scales of an F8_E4M3 weight") {
            try model.check()
        }

        model.change(name) { $0.type = .bf16 }
        model.writeWeights()
        try model.check()
        model.tensors.append(TensorFixture(name: name + "_scale_inv", shape: [2, 1]))
        model.writeWeights()
        expectCheckpointError("unknown: \(name)_scale_inv") { try model.check() }

        model.change(name) { $0.type = .f8e4m3 }
        model.change(name + "_scale_inv") { $0.shape = [1, 2] }
        model.writeWeights()
        expectCheckpointError("\(name)_scale_inv is [1, 2]", "asks for [2, 1]") { try model.check() }
        model.change(name + "_scale_inv") {
            $0.shape = [2, 1]
            $0.type = .bf16
        }
        model.writeWeights()
        expectCheckpointError("\(name)_scale_inv is BF16", "supported: F32") { try model.check() }
    }

    @Test func `fp8 is refused where it may not be`() throws {
        var model = try ModelFolder(Configurations.tinyFP8)
        model.change("model.layers.1.mlp.gate.weight") { $0.type = .f8e4m3 }
        model.writeWeights()
        expectCheckpointError("model.layers.1.mlp.gate.weight is F8_E4M3") { try model.check() }
        var plain = try ModelFolder(Configurations.tinyQwen)
        plain.change("model.layers.0.mlp.up_proj.weight") { $0.type = .f8e4m3 }
        plain.writeWeights()
        expectCheckpointError("up_proj.weight is F8_E4M3", "fp8 weights need quantization_config") { try plain.check() }
    }

    @Test func `missing, unknown and misshapen tensors are listed together, the first few of each`() throws {
        var model = try ModelFolder(Configurations.tinyLlama)
        for layer in 0..<2 {
            for part in ["q_proj", "k_proj", "v_proj"] {
                model.remove("model.layers.\(layer).self_attn.\(part).weight")
            }
        }
        model.tensors.append(TensorFixture(name: "model.layers.2.input_layernorm.weight", shape: [32]))
        model.change("model.norm.weight") { $0.shape = [31] }
        model.writeShards(2)
        expectCheckpointError(
            "8 tensors do not fit config.json", "missing: model.layers.0.self_attn.q_proj.weight [32, 32]",
            "missing: and 2 more", "unknown: model.layers.2.input_layernorm.weight F32 [32] in model-0000",
            "wrong shape: model.norm.weight is [31] in model-0000", "config.json asks for [32]"
        ) { try model.check() }
    }

    @Test func `rotary frequencies of old checkpoints are ignored`() throws {
        var model = try ModelFolder(Configurations.tinyLlama)
        model.tensors.append(TensorFixture(name: "model.layers.0.self_attn.rotary_emb.inv_freq", shape: [4]))
        model.writeWeights()
        try model.check()
    }
}
