import Checkpoints
import Compute
import JSON
import Models
import Testing

/// The first law for every weight format and both of its kernel families: few rows and many.
@Suite struct QuantizedInvarianceTests {
    private static let prompt = 21, answer = 3

    /// Rows of 256 values, so that no type gives way to another; outputs that fill no whole strip.
    private static let configuration: JSONValue = [
        "architectures": ["Qwen2ForCausalLM"], "vocab_size": 515, "hidden_size": 256, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 512, "rms_norm_eps": 1e-6,
        "max_position_embeddings": 4096, "rope_theta": 10000,
    ]

    private func tokens(_ sequence: Int) -> [Int32] {
        (0..<Self.prompt + Self.answer).map { Int32(($0 * 97 + sequence * 131 + 5) % 500) }
    }

    /// The logits of sequence 0 at its prompt's end and at each generated token, beside `count - 1` others.
    private func logits(_ model: any LanguageModel, among count: Int, chunk: Int) throws -> [[Float]] {
        let cache = try model.makeCache(blockCount: count * 2, blockSize: 16)
        let sequences = (0..<count).map(tokens)
        var results: [[Float]] = []
        var position = 0
        while position < Self.prompt + Self.answer {
            let rows = position < Self.prompt ? min(chunk, Self.prompt - position) : 1
            let batch = ForwardBatch(
                tokens: sequences.flatMap { $0[position..<position + rows] },
                sequences: (0..<count).map { index in
                    ForwardBatch.Sequence(
                        rowCount: rows, firstPosition: position, promptLength: Self.prompt,
                        blockTable: [Int32(2 * index), Int32(2 * index + 1)])
                }, logitRows: [rows - 1])
            let row = model.forward(batch, cache: cache).row(0)
            position += rows
            if position >= Self.prompt { results.append(row) }
        }
        return results
    }

    private func expectInvariance(_ makeModel: (_ threads: Int) throws -> any LanguageModel) throws {
        let models = try [1, 2].map(makeModel)
        let expected = try logits(models[0], among: 1, chunk: Self.prompt)
        #expect(expected.count == Self.answer + 1 && expected.allSatisfy { $0.allSatisfy(\.isFinite) })
        for model in models {
            for count in [1, 2, 3, 8, 16, 33] {
                for chunk in [Self.prompt, 4] {
                    #expect(
                        try logits(model, among: count, chunk: chunk) == expected, "among \(count), chunks of \(chunk)")
                }
            }
        }
    }

    @Test(arguments: QuantizationType.allCases)
    func `a sequence has its bits alone and beside any number of others, chunked and not`(
        type: QuantizationType
    ) throws {
        let file = GGUFModel(try ModelConfiguration(config: Self.configuration))
        let checkpoint = try file.checkpoint()
        try expectInvariance { threads in
            try ModelLoader.load(
                checkpoint, configuration: file.configuration,
                options: ModelOptions(
                    processor: Processor(threads: threads), quantization: type == .f32 ? nil : type))
        }
    }

    @Test(arguments: [QuantizationType.q8_0, .q4_k_m, .q2_k])
    func `so has one in a mixture of experts`(type: QuantizationType) throws {
        try expectInvariance { threads in
            try Fixture.deepseekV3.model(threads: threads, keyValueType: .f32, quantization: type)
        }
    }
}
