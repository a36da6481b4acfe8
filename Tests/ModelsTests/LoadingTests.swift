import Checkpoints
import Compute
import Models
import Testing

@Suite struct LoadingTests {
    @Test func `progress ends at the size of the weights`() throws {
        let checkpoint = try Fixture.qwen2.checkpoint()
        var last: LoadProgress?
        _ = try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(processor: Processor(threads: 1))
        ) { last = $0 }
        #expect(last?.completed == last?.total)
        #expect((last?.total ?? 0) > 1_000_000)
    }

    @Test func `a configuration of another shape is refused with the tensor's name`() throws {
        let llama = try Fixture.llama.checkpoint().configuration()
        #expect {
            _ = try ModelLoader.load(
                try Fixture.qwen2.checkpoint(), configuration: llama,
                options: ModelOptions(processor: Processor(threads: 1)))
        } throws: { error in
            "\(error)".contains("k_proj")
        }
    }

    @Test func `the context is cut to what is asked for and never beyond the checkpoint's`() throws {
        let checkpoint = try Fixture.qwen2.checkpoint()
        let configuration = try checkpoint.configuration()
        for (asked, given) in [(nil, 131_072), (512, 512), (1 << 20, 131_072)] as [(Int?, Int)] {
            let model = try ModelLoader.load(
                checkpoint, configuration: configuration,
                options: ModelOptions(processor: Processor(threads: 1), maxContext: asked))
            #expect(model.contextLength == given)
        }
    }

    @Test(arguments: [
        (Fixture.qwen2, KeyValueType.auto, 3 * 2 * 2 * 16 * 4), (.qwen2, .bf16, 3 * 2 * 2 * 16 * 2),
        (.deepseekV3, .auto, 4 * (32 + 8) * 4), (.deepseekV3FP8, .auto, 3 * (128 + 32) * 4),
        (.deepseekV3FP8, .f16, 3 * (128 + 32) * 2), (.qwen2, .int8, 3 * 2 * 2 * 34), (.deepseekV3, .int8, 4 * 2 * 34),
    ])
    func `a token's share of the cache`(fixture: Fixture, type: KeyValueType, bytes: Int) throws {
        #expect(try fixture.model(keyValueType: type).cacheBytesPerToken == bytes)
    }

    @Test func `bytes per token leave out the embedding and the experts that are not chosen`() throws {
        let dense = try Fixture.qwen2.checkpoint()
        let embedding = 512 * 96 * 4
        #expect(
            try ModelLoader.weightBytesPerToken(dense, configuration: dense.configuration())
                == dense.tensors.byteCount - embedding)
        let mixture = try Fixture.deepseekV3.checkpoint()
        let expert = 3 * 64 * 96 * 4
        let module = mixture.tensors.reduce(0) { $0 + ($1.name.hasPrefix("model.layers.4.") ? $1.byteCount : 0) }
        #expect(
            try ModelLoader.weightBytesPerToken(mixture, configuration: mixture.configuration())
                == mixture.tensors.byteCount - embedding - module - 3 * 12 * expert)
    }
}
