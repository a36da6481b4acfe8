import Checkpoints
import Compute
import FoundationEssentials
import JSON
import Models
import Testing

/// Packed weights that are kept in a file between starts.
@Suite struct WeightCacheTests {
    private static let configuration: JSONValue = [
        "architectures": ["Qwen2ForCausalLM"], "vocab_size": 512, "hidden_size": 256, "num_hidden_layers": 1,
        "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 384, "rms_norm_eps": 1e-6,
        "max_position_embeddings": 4096, "rope_theta": 10000,
    ]

    private final class Cache {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)").path
        let model: GGUFModel
        let checkpoint: Checkpoint

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            model = GGUFModel(try ModelConfiguration(config: WeightCacheTests.configuration))
            checkpoint = try model.checkpoint()
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } }

        var path: String { get throws { "\(folder)/\(try #require(try files.first))" } }

        func logits(cached: Bool = true, quantization: QuantizationType = .q4_k_m) throws -> [[Float]] {
            let model = try ModelLoader.load(
                checkpoint, configuration: model.configuration,
                options: ModelOptions(
                    processor: Processor(threads: 2), quantization: quantization,
                    weightCache: cached ? folder : nil))
            return try ModelRun(model, promptLength: 9).run((0..<9).map { Int32($0 * 37) }, chunk: 9)
        }

        func date() throws -> Date? {
            try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        }
    }

    @Test func `a second start maps the file of the first and computes the same bits`() throws {
        let cache = try Cache()
        let expected = try cache.logits(cached: false)
        #expect(try cache.files.isEmpty)
        #expect(try cache.logits() == expected)
        let made = try cache.date()
        #expect(try cache.files.count == 1 && cache.path.hasSuffix(".apus-weights"))
        #expect(try cache.logits() == expected)
        #expect(try cache.date() == made)
    }

    @Test func `each quantisation has a file of its own`() throws {
        let cache = try Cache()
        let first = try cache.logits()
        #expect(try cache.logits(quantization: .q8_0) != first)
        #expect(try cache.files.count == 2)
        #expect(try cache.logits() == first)
    }

    @Test func `a file that was cut short, or spoilt at its end, is made again`() throws {
        let cache = try Cache()
        let expected = try cache.logits()
        let whole = try Data(contentsOf: URL(filePath: cache.path))
        for count in [0, 1, 23, 24, 4096, whole.count - 1] {
            try whole.prefix(count).write(to: URL(filePath: cache.path))
            #expect(try cache.logits() == expected, "\(count) bytes")
            #expect(try Data(contentsOf: URL(filePath: cache.path)) == whole)
        }
        for index in (whole.count - 24)..<whole.count {
            var spoilt = whole
            spoilt[index] ^= 0x40
            try spoilt.write(to: URL(filePath: cache.path))
            #expect(try cache.logits() == expected, "byte \(index)")
        }
    }

    @Test func `what an unfinished start left is neither used nor in the way`() throws {
        let cache = try Cache()
        let expected = try cache.logits()
        let path = try cache.path
        try FileManager.default.moveItem(atPath: path, toPath: path + ".partial")
        #expect(try cache.logits() == expected)
        #expect(try cache.files == [String(path.split(separator: "/").last ?? "")])
    }

    @Test func `a folder that is not there is named with its option`() throws {
        let cache = try Cache()
        try FileManager.default.removeItem(atPath: cache.folder)
        let error = #expect(throws: CheckpointError.self) { try cache.logits() }
        #expect(error?.description.contains("--weight-cache") == true)
    }
}
