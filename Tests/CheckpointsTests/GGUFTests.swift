import Glibc
import JSON
import Testing

@testable import Checkpoints

/// Files that the `gguf` package wrote; generate.py says what is in them.
@Suite struct GGUFTests {
    private static let folder =
        #filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex) + "/Fixtures/"

    private func open(_ name: String) throws(CheckpointError) -> Checkpoint {
        try Checkpoint(path: Self.folder + name)
    }

    @Test func `metadata of every type is read`() throws {
        let metadata = try GGUFFiles(path: Self.folder + "qwen2.gguf", progress: nil).metadata
        #expect(try metadata.integer("test.u8") == 200)
        #expect(try metadata.integer("test.i8") == -100)
        #expect(try metadata.integer("test.u16") == 60000)
        #expect(try metadata.integer("test.i16") == -30000)
        #expect(try metadata.integer("test.i32") == -2_000_000_000)
        #expect(try metadata.integer("test.u64") == 1 << 40)
        #expect(try metadata.integer("test.i64") == -(1 << 40))
        #expect(try metadata.number("test.f64") == 0.1)
        #expect(try metadata.number("qwen2.attention.layer_norm_rms_epsilon") == 1e-6)
        #expect(try metadata.boolean("test.bool") == true)
        #expect(try metadata.integers("test.integers") == [1, -2, 3])
        #expect(try metadata.strings("test.strings")?.map { String(decoding: $0, as: UTF8.self) } == ["", "é", "xyz"])
        guard case .numbers([0.5, -2]) = metadata.values["test.floats"] else { Issue.record("no floats"); return }
        guard case .booleans([true, false]) = metadata.values["test.booleans"] else { Issue.record("no bools"); return }
    }

    @Test func `a file is a checkpoint under Hugging Face's names`() throws {
        let checkpoint = try open("qwen2.gguf")
        #expect(checkpoint.name == "qwen2" && !checkpoint.isBuiltin)
        let expected = try ModelConfiguration(
            config: Configurations.tinyQwen.setting([
                "num_hidden_layers": 1, "vocab_size": 8, "rope_theta": 1_000_000, "bos_token_id": 3,
            ]).setting(["eos_token_id": 5]))
        let configuration = try checkpoint.configuration()
        #expect(configuration == expected)
        try TensorPlan(configuration).check(checkpoint.tensors)
        let queries = try #require(checkpoint.tensors["model.layers.0.self_attn.q_proj.weight"])
        #expect(queries.type == .q8_0 && queries.shape == [32, 32] && queries.byteCount == 32 * 34)
        #expect(queries.elementCount == 1024)
        #expect(checkpoint.tensors["model.layers.0.mlp.up_proj.weight"]?.type == .q4_0)
        #expect(checkpoint.tensors["lm_head.weight"]?.type == .f16)
        let down = try #require(checkpoint.tensors["model.layers.0.mlp.down_proj.weight"])
        #expect(down.shape == [32, 48])
        #expect((0..<300).allSatisfy { (down.base + 4 * $0).load(as: Float.self) == Float($0 % 251) / 64 })
        let defaults = try checkpoint.generationDefaults()
        #expect(defaults.temperature == 0.6 && defaults.topP == 0.95 && defaults.topK == nil)
        #expect(checkpoint.chatTemplate == "{{ messages[0].content }}")
        let report = try CheckpointReport(checkpoint)
        #expect(report.text().contains("Q8_0") && report.parameterCount == 8352)
    }

    @Test func `the tokenizer is kept as it is listed`() throws {
        let tokenizer = try #require(try open("qwen2.gguf").ggufTokenizer)
        #expect(tokenizer.splitting == "deepseek-r1-qwen" && tokenizer.tokens.count == 8)
        #expect(String(decoding: tokenizer.tokens[3], as: UTF8.self) == "<｜User｜>")
        #expect(tokenizer.types == [1, 1, 1, 3, 4, 3, 5, 1] && tokenizer.merges.count == 1)
        #expect(tokenizer.beginToken == 3 && tokenizer.endToken == 5 && tokenizer.addsBegin == true)
    }

    @Test(arguments: ["parts-00001-of-00002.gguf", "parts-00002-of-00002.gguf"])
    func `any part opens the whole model`(part: String) throws {
        let whole = try open("qwen2.gguf")
        var progress: LoadProgress?
        let parts = try Checkpoint(path: Self.folder + part) { progress = $0 }
        #expect(parts.name == "parts" && parts.tensors.fileNames.count == 2 && progress?.fraction == 1)
        #expect(try parts.configuration() == whole.configuration())
        #expect(parts.tensors.count == whole.tensors.count)
        for tensor in whole.tensors {
            let other = try #require(parts.tensors[tensor.name])
            #expect(other.shape == tensor.shape && other.byteCount == tensor.byteCount)
            #expect(memcmp(other.base, tensor.base, tensor.byteCount) == 0)
        }
        try TensorPlan(parts.configuration()).check(parts.tensors)
    }

    @Test func `a missing or exchanged part is named`() throws {
        let folder = TemporaryFolder()
        let first = try #require(FileSystem.read(Self.folder + "parts-00001-of-00002.gguf"))
        folder.write(first, to: "m-00001-of-00002.gguf")
        expectCheckpointError("m-00002-of-00002.gguf: is missing", "Download all parts") {
            _ = try Checkpoint(path: folder.path + "/m-00001-of-00002.gguf")
        }
        folder.write(first, to: "m-00002-of-00002.gguf")
        expectCheckpointError("m-00002-of-00002.gguf: its metadata \"split.no\" is 0, but this is part 1") {
            _ = try Checkpoint(path: folder.path + "/m-00001-of-00002.gguf")
        }
        folder.write(first, to: "alone.gguf")
        expectCheckpointError("\"split.count\" is 2, but the file name says 1") {
            _ = try Checkpoint(path: folder.path + "/alone.gguf")
        }
    }

    @Test func `a vocabulary of 152,000 tokens is read in well under a second`() throws {
        let tokens = (0..<152_064).map { "token\($0)" }
        let file = GGUFFile(values: [
            .strings("tokens", tokens), .strings("merges", tokens),
            .array("types", type: 5, count: tokens.count, [UInt8](repeating: 1, count: 4 * tokens.count)),
        ]).bytes()
        let time = try ContinuousClock().measure {
            try file.withUnsafeBytes { _ = try GGUFHeader(parsing: $0, file: "big.gguf") }
        }
        #expect(time < .seconds(1))
    }
}
