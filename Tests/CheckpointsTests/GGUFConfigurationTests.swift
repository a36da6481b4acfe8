import JSON
import Testing

@testable import Checkpoints

/// Metadata as llama.cpp's converter writes it for the models that are served.
@Suite struct GGUFConfigurationTests {
    private static func r1(isSplit: Bool, hasGroups: Bool) -> GGUFFile {
        let suffix = isSplit ? "_mla" : ""
        var file = GGUFFile(values: [
            .string("general.architecture", "deepseek2"), .integer("deepseek2.block_count", 61),
            .integer("deepseek2.context_length", 163_840), .integer("deepseek2.embedding_length", 7168),
            .integer("deepseek2.feed_forward_length", 18432), .integer("deepseek2.attention.head_count", 128),
            .integer("deepseek2.attention.head_count_kv", isSplit ? 1 : 128),
            .float("deepseek2.rope.freq_base", 10000), .float("deepseek2.attention.layer_norm_rms_epsilon", 1e-6),
            .integer("deepseek2.expert_used_count", 8), .integer("deepseek2.leading_dense_block_count", 3),
            .integer("deepseek2.vocab_size", 129_280), .integer("deepseek2.attention.q_lora_rank", 1536),
            .integer("deepseek2.attention.kv_lora_rank", 512),
            .integer("deepseek2.attention.key_length\(suffix)", 192),
            .integer("deepseek2.attention.value_length\(suffix)", 128),
            .integer("deepseek2.expert_feed_forward_length", 2048), .integer("deepseek2.expert_count", 256),
            .integer("deepseek2.expert_shared_count", 1), .float("deepseek2.expert_weights_scale", 2.5),
            .flag("deepseek2.expert_weights_norm", true), .integer("deepseek2.expert_gating_func", 2),
            .integer("deepseek2.rope.dimension_count", 64), .string("deepseek2.rope.scaling.type", "yarn"),
            .float("deepseek2.rope.scaling.factor", 40),
            .integer("deepseek2.rope.scaling.original_context_length", 4096),
            .float("deepseek2.rope.scaling.yarn_log_multiplier", 0.1),
            .integer("tokenizer.ggml.bos_token_id", 0), .integer("tokenizer.ggml.eos_token_id", 1),
        ])
        if isSplit {
            file.values += [
                .integer("deepseek2.attention.key_length", 576), .integer("deepseek2.attention.value_length", 512),
            ]
        }
        if hasGroups {
            file.values += [
                .integer("deepseek2.expert_group_count", 8), .integer("deepseek2.expert_group_used_count", 4),
            ]
        }
        return file
    }

    private static func configuration(_ file: GGUFFile) throws -> ModelConfiguration {
        try file.bytes().withUnsafeBytes { bytes in
            let header = try GGUFHeader(parsing: bytes, file: "model.gguf")
            let output = GGUFHeader.Entry(name: "output.weight", type: .f32, shape: [1], range: 0..<4)
            return try GGUFConfiguration(header.metadata, entries: ["output.weight": output], divisors: nil).parsed()
        }
    }

    @Test(arguments: [true, false], [true, false]) func `R1's metadata, old and new, says what its config.json says`(
        isSplit: Bool, hasGroups: Bool
    ) throws {
        let configuration = try Self.configuration(Self.r1(isSplit: isSplit, hasGroups: hasGroups))
        let expected = try ModelConfiguration(
            config: Configurations.r1.setting(["num_nextn_predict_layers": 0, "quantization_config": .null]))
        #expect(configuration == expected)
        #expect(abs(configuration.attentionScale - 0.1352338) < 1e-7)
    }

    @Test func `DeepSeek-V2's routing is refused`() {
        var file = Self.r1(isSplit: false, hasGroups: false)
        file.values.removeAll { $0.key == Array("deepseek2.expert_gating_func".utf8) }
        expectCheckpointError("\"deepseek2.expert_gating_func\" is 1 (softmax), which is not supported") {
            _ = try Self.configuration(file)
        }
    }

    @Test func `yarn without its multiplier is refused, for the scale of attention depends on it`() {
        var file = Self.r1(isSplit: true, hasGroups: false)
        file.values.removeAll { $0.key == Array("deepseek2.rope.scaling.yarn_log_multiplier".utf8) }
        expectCheckpointError("has no metadata \"deepseek2.rope.scaling.yarn_log_multiplier\"") {
            _ = try Self.configuration(file)
        }
    }

    @Test func `sizes of latent attention that contradict each other are refused`() {
        var file = Self.r1(isSplit: true, hasGroups: false)
        file.values.removeAll { $0.key == Array("deepseek2.attention.key_length".utf8) }
        file.values.append(.integer("deepseek2.attention.key_length", 192))
        expectCheckpointError("\"deepseek2.attention.key_length\" is 192, which is not supported. Supported: 576") {
            _ = try Self.configuration(file)
        }
    }

    @Test func `names in files and Hugging Face's are each other's inverse`() {
        for name in [
            "token_embd.weight", "output.weight", "blk.17.attn_kv_a_mqa.weight", "blk.3.exp_probs_b.bias",
            "blk.61.nextn.eh_proj.weight", "blk.0.ffn_down_shexp.weight", "blk.0.attn_k_b.weight",
        ] {
            guard case .whole(let theirs) = GGUFTensorNames.target(of: name) else { Issue.record("\(name)"); continue }
            #expect(theirs != name && GGUFTensorNames.inFile(theirs) == name)
        }
        #expect(
            GGUFTensorNames.inFile("model.layers.3.mlp.experts.12.up_proj.weight")
                == "blk.3.ffn_up_exps.weight (expert 12)")
        for name in ["blk.01.attn_q.weight", "blk.x.attn_q.weight", "blk.0.attn_q", "blk.0", "rope_freqs.weight"] {
            #expect(GGUFTensorNames.target(of: name) == nil)
        }
    }

    @Test func `stacked experts are cut in place, gates before ups`() throws {
        let file = GGUFFile(tensors: [
            GGUFFile.Tensor("blk.1.ffn_gate_up_exps.weight", [4, 6, 8]),
            GGUFFile.Tensor("blk.1.ffn_down_exps.weight", [4, 8, 3]),
        ])
        let bytes = file.bytes()
        try bytes.withUnsafeBytes { bytes in
            let base = try #require(bytes.baseAddress)
            let mapped = MappedFile(permanent: base, byteCount: bytes.count, name: "model.gguf")
            let contents = [(file: mapped, header: try GGUFFiles.header(of: mapped))]
            let index = try GGUFTensors.index(contents, expertCount: 4)
            #expect(index.count == 12)
            let start = try #require(index["model.layers.1.mlp.experts.0.gate_proj.weight"]).base
            for expert in 0..<4 {
                let prefix = "model.layers.1.mlp.experts.\(expert)"
                let gate = try #require(index["\(prefix).gate_proj.weight"])
                let up = try #require(index["\(prefix).up_proj.weight"])
                #expect(gate.shape == [3, 8] && gate.byteCount == 96 && gate.base == start + expert * 192)
                #expect(up.shape == [3, 8] && up.base == start + expert * 192 + 96)
                #expect(index["\(prefix).down_proj.weight"]?.shape == [8, 3])
            }
            expectCheckpointError("is [4, 6, 8]; its first dimension must be the number of experts, 8") {
                _ = try GGUFTensors.index(contents, expertCount: 8)
            }
        }
    }
}
