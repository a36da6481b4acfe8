import Checkpoints
import Compute
import JSON
import Models
import Testing

/// The fixtures as GGUF files give what they give as safetensors.
@Suite struct GGUFTests {
    private func logits(_ model: any LanguageModel, _ fixture: Fixture, promptLength: Int = 48) throws -> [[Float]] {
        try ModelRun(model, promptLength: promptLength).run(try fixture.goldens().integers("input_ids"), chunk: 48)
    }

    private func greedy(_ model: any LanguageModel, _ fixture: Fixture) throws -> [Int32] {
        let prompt = try fixture.goldens().integers("greedy_prompt")
        let run = try ModelRun(model, promptLength: prompt.count)
        var tokens: [Int32] = []
        var next = argmax(run.advance(prompt[...]).last ?? [])
        for _ in 0..<32 {
            tokens.append(next)
            next = argmax(run.advance([next])[0])
        }
        return tokens
    }

    @Test(arguments: [(Fixture.qwen2, GGUFModel.Expansion.whole), (.deepseekV3, .whole), (.deepseekV3, .split)])
    func `F32 weights of the same order give the same bits`(
        fixture: Fixture, expansion: GGUFModel.Expansion
    ) throws {
        var file = try GGUFModel(fixture)
        file.expansion = expansion
        let checkpoint = try file.checkpoint()
        #expect(try checkpoint.configuration().attentionScale == fixture.checkpoint().configuration().attentionScale)
        let model = try file.model(checkpoint)
        #expect(try logits(model, fixture) == logits(fixture.model(), fixture))
        #expect(try greedy(model, fixture) == fixture.goldens().integers("greedy_tokens"))
        let original = try fixture.checkpoint()
        #expect(
            try ModelLoader.weightBytesPerToken(checkpoint, configuration: checkpoint.configuration())
                == ModelLoader.weightBytesPerToken(original, configuration: original.configuration()))
    }

    @Test(arguments: [(Fixture.qwen2, 2), (.deepseekV3, 4)]) func `the cache of quantised files`(
        fixture: Fixture, width: Int
    ) throws {
        var file = try GGUFModel(fixture)
        file.type = { $0.contains("attn_k_b") || $0.contains("attn_q_b") ? .f32 : .q8_0 }
        let checkpoint = try file.checkpoint()
        #expect(
            try file.model(checkpoint, keyValueType: .auto).cacheBytesPerToken
                == checkpoint.configuration().cacheBytesPerToken(elementWidth: width))
    }

    @Test func `permuted heads of Llama with rotary divisors give the reference's logits`() throws {
        let file = try GGUFModel(.llama)
        let model = try file.model(file.checkpoint())
        let difference = largestDifference(
            try logits(model, .llama), try logits(Fixture.llama.model(), .llama))
        #expect(difference < 1e-4)
        #expect(try greedy(model, .llama) == Fixture.llama.goldens().integers("greedy_tokens"))
        let goldens = try Fixture.llama.goldens()
        let long = try ModelRun(model, promptLength: 513).run(try goldens.integers("long_input_ids"), chunk: 1100)
        let wanted = try goldens.integers("long_rows").map { long[Int($0)] }
        let expected = rows(of: try goldens.floats("long_logits"), columns: model.vocabularySize)
        #expect(largestDifference(wanted, expected) < Fixture.llama.tolerance)
    }

    @Test(arguments: [Fixture.qwen2, .llama, .deepseekV3]) func `F16 weights stay near the reference`(
        fixture: Fixture
    ) throws {
        var file = try GGUFModel(fixture)
        file.type = { _ in .f16 }
        let model = try file.model(file.checkpoint())
        let expected = try logits(fixture.model(), fixture)
        let near = zip(try logits(model, fixture), expected).filter { largestDifference([$0], [$1]) < 3e-2 }.count
        #expect(near >= (fixture == .deepseekV3 ? 80 : 96))
    }

    @Test func `files without group keys route among all experts, except R1's`() throws {
        var file = try GGUFModel(.deepseekV3)
        file.writesGroups = false
        let checkpoint = try file.checkpoint()
        let experts = try #require(try checkpoint.configuration().experts)
        #expect(experts.groupCount == 1 && experts.activeGroupCount == 1)
        file.writesGroups = true
        let grouped = try #require(try file.checkpoint().configuration().experts)
        #expect(grouped.groupCount == 4 && grouped.activeGroupCount == 2)
        #expect(try grouped == Fixture.deepseekV3.checkpoint().configuration().experts)
        let difference = largestDifference(
            try logits(file.model(checkpoint), .deepseekV3), try logits(Fixture.deepseekV3.model(), .deepseekV3))
        #expect(difference > 1e-2)
    }

    @Test func `the embedding is the head where the file has no output matrix`() throws {
        var file = GGUFModel(try Fixture.qwen2.checkpoint().configuration())
        #expect(try file.checkpoint().configuration().tiesEmbeddings == false)
        file.leavesOutHead = true
        let checkpoint = try file.checkpoint()
        #expect(try checkpoint.configuration().tiesEmbeddings && checkpoint.tensors["lm_head.weight"] == nil)
        _ = try logits(file.model(checkpoint), .qwen2)
    }

    /// Relative distance of two rows of logits.
    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        let (difference, size) = zip(a, b).reduce((Float(0), Float(0))) { sums, pair in
            (sums.0 + (pair.0 - pair.1) * (pair.0 - pair.1), sums.1 + pair.1 * pair.1)
        }
        return (difference / size).squareRoot()
    }

    @Test(arguments: [Fixture.qwen2, .llama, .deepseekV3]) func `Q8_0 stays near its own decoded weights`(
        fixture: Fixture
    ) throws {
        var file = try GGUFModel(fixture)
        file.type = { $0.contains("attn_k_b") || $0.contains("attn_q_b") ? .f16 : .q8_0 }
        let encoded = try logits(file.model(file.checkpoint()), fixture)
        let decoded = try logits(file.model(file.decoded()), fixture)
        let near = zip(encoded, decoded).filter { distance($0, $1) < (fixture == .deepseekV3 ? 0.08 : 0.03) }.count
        #expect(near >= (fixture == .deepseekV3 ? 70 : 96), "\(zip(encoded, decoded).map { distance($0, $1) })")
    }

    /// A dense model with every block format in it.
    @Test func `a mixture of all block formats stays near its decoded weights, in chunks of any size`() throws {
        var file = GGUFModel(try Self.wide())
        let types: [String: ElementType] = [
            "blk.0.attn_q": .q4_k, "blk.0.attn_k": .q5_k, "blk.0.attn_v": .q6_k, "blk.0.attn_output": .q3_k,
            "blk.0.ffn_gate": .q2_k, "blk.0.ffn_up": .iq4_xs, "blk.0.ffn_down": .q5_1, "blk.1.attn_q": .q4_1,
            "blk.1.attn_k": .q5_0, "blk.1.attn_v": .q8_0, "blk.1.attn_output": .iq4_nl, "blk.1.ffn_gate": .q8_0,
            "blk.1.ffn_up": .q4_k, "blk.1.ffn_down": .q6_k, "token_embd": .q4_0, "output": .q6_k,
        ]
        file.type = { types[$0.replacing(".weight", with: "")] ?? .f32 }
        let model = try file.model(file.checkpoint())
        let encoded = try logits(model, .qwen2)
        let decoded = try logits(file.model(file.decoded()), .qwen2)
        let worst = zip(encoded, decoded).map { distance($0, $1) }.max() ?? .infinity
        #expect(worst < 0.03, "\(worst)")
        let tokens = try Fixture.qwen2.goldens().integers("input_ids")
        for chunk in [1, 7, 96] {
            #expect(try ModelRun(model, promptLength: 48).run(tokens, chunk: chunk) == encoded, "\(chunk)")
        }
    }

    /// Every matrix's rows are of 256 values or a multiple.
    private static func wide() throws -> ModelConfiguration {
        try ModelConfiguration(config: [
            "architectures": ["Qwen2ForCausalLM"], "vocab_size": 512, "hidden_size": 256, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 512, "rms_norm_eps": 1e-6,
            "max_position_embeddings": 4096, "rope_theta": 10000,
        ])
    }

    /// Q4_K_M's mixture for DeepSeek, rows that 256 does not divide in the types that llama.cpp falls back to.
    @Test(arguments: [GGUFModel.Expansion.split, .whole]) func `a mixture of experts in blocks stays near it too`(
        expansion: GGUFModel.Expansion
    ) throws {
        var file = GGUFModel(try Fixture.deepseekV3FP8.checkpoint().configuration())
        file.expansion = expansion
        let types: [String: ElementType] = [
            "attn_q_a": .q4_k, "attn_q_b": .q5_0, "attn_kv_a_mqa": .q6_k, "attn_kv_b": .q5_0, "attn_k_b": .q5_0,
            "attn_v_b": .q8_0, "attn_output": .q4_k, "ffn_gate": .q4_k, "ffn_up": .q4_k, "ffn_down": .q8_0,
            "ffn_gate_exps": .q4_k, "ffn_up_exps": .q4_k, "ffn_down_exps": .q5_0, "ffn_gate_shexp": .q4_k,
            "ffn_up_shexp": .q4_k, "ffn_down_shexp": .q8_0, "token_embd": .q4_k, "output": .q6_k,
        ]
        file.type = { name in types[String(name.split(separator: ".").dropLast().last ?? "")] ?? .f32 }
        let model = try file.model(file.checkpoint())
        let encoded = try logits(model, .deepseekV3FP8)
        let decoded = try logits(file.model(file.decoded()), .deepseekV3FP8)
        // Near ties between experts go either way.
        let near = zip(encoded, decoded).filter { distance($0, $1) < 0.03 }.count
        #expect(near >= 64, "\(zip(encoded, decoded).map { distance($0, $1) })")
        let tokens = try Fixture.deepseekV3FP8.goldens().integers("input_ids")
        #expect(try ModelRun(model, promptLength: 48).run(tokens, chunk: 7) == encoded)
    }
}
