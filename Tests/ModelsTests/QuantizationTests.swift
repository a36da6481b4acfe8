import Checkpoints
import Compute
import JSON
import Models
import Testing

/// Weights that are quantised while they are loaded.
@Suite struct QuantizationTests {
    private func logits(_ model: any LanguageModel) throws -> [[Float]] {
        let tokens = (0..<40).map { Int32($0 * 97 % 512) }
        return try ModelRun(model, promptLength: 24).run(tokens, chunk: 24)
    }

    private static let mixtures: [QuantizationType] = [.q8_0, .q2_k, .q3_k_m, .q4_k_m, .q5_k_s, .q6_k, .iq4_xs, .bf16]

    /// Rows of 256 values and of others.
    private static let wide: JSONValue = [
        "architectures": ["Qwen2ForCausalLM"], "vocab_size": 512, "hidden_size": 256, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 384, "rms_norm_eps": 1e-6,
        "max_position_embeddings": 4096, "rope_theta": 10000,
    ]

    private func expectSameAsFile(_ plain: GGUFModel, _ type: QuantizationType) throws {
        var file = plain
        file.follow(QuantizationRecipe(type, for: plain.configuration))
        let stored = try file.model(file.checkpoint(), keyValueType: .auto)
        let loaded = try plain.model(plain.checkpoint(), keyValueType: .auto, quantization: type)
        #expect(loaded.cacheBytesPerToken == stored.cacheBytesPerToken)
        #expect(try logits(loaded) == logits(stored))
    }

    @Test(arguments: mixtures) func `a quantised model gives the logits of a quantised file, bit for bit`(
        type: QuantizationType
    ) throws {
        try expectSameAsFile(GGUFModel(ModelConfiguration(config: Self.wide)), type)
    }

    @Test(arguments: [QuantizationType.q8_0, .q4_k_m]) func `so does a mixture of experts, its expansion split`(
        type: QuantizationType
    ) throws {
        var file = GGUFModel(try Fixture.deepseekV3FP8.checkpoint().configuration())
        file.writesGroups = true
        try expectSameAsFile(file, type)
    }

    @Test(arguments: [
        (Fixture.qwen2, QuantizationType.q8_0), (.deepseekV3, .q4_k_m), (.deepseekV3FP8, .q8_0), (.deepseekV3FP8, .f16),
    ])
    func `safetensors give what a file made of their decoded weights gives`(fixture: Fixture, type: QuantizationType)
        throws
    {
        var file = try GGUFModel(fixture)
        file.follow(QuantizationRecipe(type, for: file.configuration))
        let stored = try file.model(file.checkpoint())
        let loaded = try fixture.model(keyValueType: .f32, quantization: type)
        #expect(try logits(loaded) == logits(stored))
    }

    @Test(arguments: [(Fixture.qwen2, 2), (.deepseekV3, 4)]) func `the cache is as for quantised files`(
        fixture: Fixture, width: Int
    ) throws {
        #expect(
            try fixture.model(quantization: .q8_0).cacheBytesPerToken
                == fixture.checkpoint().configuration().cacheBytesPerToken(elementWidth: width))
    }

    @Test func `a tied head is the embedding in the head's type`() throws {
        let config = Self.wide.objectValue.map { object in
            var object = object
            object["tie_word_embeddings"] = true
            return JSONValue.object(object)
        }
        var plain = GGUFModel(try ModelConfiguration(config: try #require(config)))
        plain.leavesOutHead = true
        try expectSameAsFile(plain, .q4_k_m)
    }

    @Test func `files that are quantised already are refused`() throws {
        var file = GGUFModel(try ModelConfiguration(config: Self.wide))
        file.type = { $0.contains("ffn_up") ? .q4_k : .f16 }
        let checkpoint = try file.checkpoint()
        #expect {
            _ = try file.model(checkpoint, quantization: .q8_0)
        } throws: { error in
            "\(error)".contains("blk.0.ffn_up.weight") && "\(error)".contains("already, to Q4_K")
                && "\(error)".contains("--quantization")
        }
    }

    @Test func `what does not fit into memory is refused before it is read`() throws {
        let checkpoint = try Fixture.qwen2.checkpoint()
        #expect {
            _ = try ModelLoader.load(
                checkpoint, configuration: checkpoint.configuration(),
                options: ModelOptions(processor: Processor(threads: 1), quantization: .q8_0, availableMemory: 100_000))
        } throws: { error in
            "\(error)".contains("as q8_0") && "\(error)".contains("100 kB")
        }
    }

    @Test(arguments: [Fixture.qwen2, .deepseekV3, .deepseekV3FP8]) func `progress ends at the size of the weights`(
        fixture: Fixture
    ) throws {
        let checkpoint = try fixture.checkpoint()
        var reports: [LoadProgress] = []
        _ = try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(processor: Processor(threads: 2), quantization: .q8_0)
        ) { reports.append($0) }
        let last = try #require(reports.last)
        #expect(reports.count > 10 && zip(reports, reports.dropFirst()).allSatisfy { $0.completed <= $1.completed })
        #expect(last.completed == last.total)
    }

    @Test func `bytes per token are those of the quantised weights`() throws {
        var file = try GGUFModel(.qwen2)
        let plain = try file.checkpoint()
        file.follow(QuantizationRecipe(.q4_k_m, for: file.configuration))
        let stored = try file.checkpoint()
        #expect(
            try ModelLoader.weightBytesPerToken(plain, configuration: plain.configuration(), quantization: .q4_k_m)
                == ModelLoader.weightBytesPerToken(stored, configuration: stored.configuration()))
    }
}
