import Testing

@testable import Checkpoints

/// Files that are wrong in one place.
@Suite struct GGUFCorruptionTests {
    /// A model of one layer with a tokenizer.
    private static let sound = GGUFFile(
        values: [
            .string("general.architecture", "llama"), .integer("llama.context_length", 512),
            .integer("llama.embedding_length", 8), .integer("llama.block_count", 1),
            .integer("llama.feed_forward_length", 16), .integer("llama.attention.head_count", 2),
            .integer("llama.attention.head_count_kv", 1), .float("llama.attention.layer_norm_rms_epsilon", 1e-5),
            .integer("llama.rope.dimension_count", 4), .integer("general.alignment", 32),
            .string("tokenizer.ggml.model", "gpt2"), .string("tokenizer.ggml.pre", "llama-bpe"),
            .strings("tokenizer.ggml.tokens", ["a", "b", "ab"]), .strings("tokenizer.ggml.merges", ["a b"]),
            .array("tokenizer.ggml.token_type", type: 5, count: 3, [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]),
        ],
        tensors: [
            GGUFFile.Tensor("token_embd.weight", [3, 8]), GGUFFile.Tensor("rope_freqs.weight", [2]),
            GGUFFile.Tensor("output_norm.weight", [8]), GGUFFile.Tensor("blk.0.attn_norm.weight", [8]),
            GGUFFile.Tensor("blk.0.attn_q.weight", [8, 8]), GGUFFile.Tensor("blk.0.attn_k.weight", [4, 8]),
            GGUFFile.Tensor("blk.0.attn_v.weight", [4, 8]), GGUFFile.Tensor("blk.0.attn_output.weight", [8, 8]),
            GGUFFile.Tensor("blk.0.ffn_norm.weight", [8]), GGUFFile.Tensor("blk.0.ffn_gate.weight", [16, 8]),
            GGUFFile.Tensor("blk.0.ffn_up.weight", [16, 8]), GGUFFile.Tensor("blk.0.ffn_down.weight", [8, 16]),
        ])

    /// The bytes of `sound` with divisors of 1.
    private static let soundBytes: [UInt8] = {
        var bytes = sound.bytes()
        // The divisors lie behind the embedding's 96 bytes.
        let start = bytes.count - dataBytes + 96
        for index in 0..<2 { bytes.replaceSubrange(start + 4 * index..<start + 4 * index + 4, with: [0, 0, 128, 63]) }
        return bytes
    }()

    private static let dataBytes = sound.tensors.reduce(0) { ($0 + 31) / 32 * 32 + $1.byteCount }

    /// Everything that opening a checkpoint reads of a file.
    private static func open(_ bytes: UnsafeRawBufferPointer) throws {
        guard let base = bytes.baseAddress else { return }
        let file = MappedFile(permanent: base, byteCount: bytes.count, name: "model.gguf")
        let files = try GGUFFiles([(file, GGUFFiles.header(of: file))])
        let checkpoint = try Checkpoint(files, name: "model", location: "model.gguf", requiresTokenizer: true)
        let configuration = try checkpoint.configuration()
        _ = try checkpoint.generationDefaults()
        try TensorPlan(configuration).check(checkpoint.tensors)
    }

    private static func open(_ file: GGUFFile) throws { try file.bytes().withUnsafeBytes { try open($0) } }

    @Test func `the sound file opens`() throws {
        try Self.soundBytes.withUnsafeBytes { try Self.open($0) }
    }

    @Test func `a file that ends anywhere before its end is refused`() throws {
        let bytes = Self.soundBytes
        let memory = GuardedBytes(capacity: bytes.count)
        for count in 1..<bytes.count {
            expectCheckpointError("model.gguf") { try Self.open(memory.hold(bytes[..<count])) }
        }
    }

    @Test func `flipped bits lead to an error or to a checkpoint, and read nothing beyond the file`() throws {
        let bytes = Self.soundBytes
        let memory = GuardedBytes(capacity: bytes.count)
        let headerBytes = bytes.count - Self.dataBytes
        var random = SplitMix64(state: 3)
        var refused = 0
        for round in 0..<5_000 {
            var damaged = bytes
            for _ in 0...round % 3 {
                damaged[Int.random(in: 0..<headerBytes, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            do { try Self.open(memory.hold(damaged)) } catch is CheckpointError { refused += 1 }
        }
        #expect(refused > 3_000)
    }

    private typealias Change = @Sendable (inout GGUFFile) -> Void

    private static func setting(_ value: GGUFFile.Value) -> Change {
        { file in
            file.values.removeAll { $0.key == value.key }
            file.values.append(value)
        }
    }

    private static func changing(_ name: String, _ body: @escaping @Sendable (inout GGUFFile.Tensor) -> Void) -> Change
    {
        { file in
            for index in file.tensors.indices where file.tensors[index].name == name { body(&file.tensors[index]) }
        }
    }

    private static let header: [(String, Change)] = [
        ("is no GGUF file", { $0.magic = Array("GGML".utf8) }),
        ("version 1, which is not supported", { $0.version = 1 }),
        ("version 4, which is not supported", { $0.version = 4 }),
        ("is a big-endian GGUF file of version 3", { $0.version = 3 << 24 }),
        ("do not fit into", { $0.tensorCount = .max }),
        ("do not fit into", { $0.valueCount = 1 << 62 }),
        ("has the metadata key \"general.alignment\" twice", { $0.values.append(.integer("general.alignment", 32)) }),
        ("has 0 bytes; 1 to 65535", { $0.values.append(.integer("", 1)) }),
        ("has the type 13", { $0.values.append(GGUFFile.Value("x", type: 13, [0])) }),
        ("is an array of arrays", { $0.values.append(.array("x", type: 9, count: 1, [])) }),
        (
            "\"x\" would have 4611686018427387904 elements",
            { $0.values.append(.array("x", type: 10, count: 1 << 62, [])) }
        ),
        ("is a boolean of value 2", { $0.values.append(GGUFFile.Value("x", type: 7, [2])) }),
        (
            "is 18446744073709551615, which is too large",
            {
                $0.values.append(GGUFFile.Value("x", type: 10, [UInt8](repeating: 255, count: 8)))
            }
        ),
        ("is not valid UTF-8", { $0.values.append(GGUFFile.Value("x", type: 8, GGUFFile.text([0xC3]))) }),
        ("is 48; it must be a power of two", setting(.integer("general.alignment", 48))),
        ("is 0; it must be a power of two", setting(.integer("general.alignment", 0))),
    ]

    private static let tensors: [(String, Change)] = [
        ("blk.0.attn_k.weight: is there twice", changing("blk.0.attn_v.weight") { $0.name = "blk.0.attn_k.weight" }),
        ("65 bytes; 1 to 64", { $0.tensors.append(GGUFFile.Tensor(String(repeating: "n", count: 65), [1])) }),
        ("has 5 dimensions", changing("output_norm.weight") { $0.dimensions = [8, 1, 1, 1, 1] }),
        ("has 0 dimensions", changing("output_norm.weight") { $0.dimensions = [] }),
        ("its dimensions [8, 0] are impossible", changing("blk.0.attn_k.weight") { $0.dimensions = [8, 0] }),
        ("its dimensions [-8] are impossible", changing("output_norm.weight") { $0.dimensions = [-8] }),
        ("are impossible", changing("blk.0.attn_k.weight") { $0.dimensions = [1 << 40, 1 << 40] }),
        ("its type IQ2_XXS is not supported", changing("blk.0.attn_k.weight") { $0.type = 16 }),
        ("its type MXFP4 is not supported", changing("blk.0.attn_k.weight") { $0.type = 39 }),
        ("its type 137 is unknown", changing("blk.0.attn_k.weight") { $0.type = 137 }),
        ("rows of 8 elements are no whole number of Q8_0 blocks", changing("blk.0.attn_k.weight") { $0.type = 8 }),
        ("its offset 33 is no multiple of 32", changing("blk.0.attn_k.weight") { $0.offset = 33 }),
        ("overlap those of", changing("blk.0.attn_k.weight") { $0.offset = 0 }),
        ("end beyond", changing("blk.0.attn_k.weight") { $0.offset = 1 << 20 }),
        ("end beyond", changing("blk.0.ffn_down.weight") { $0.dimensions = [16, 9] }),
    ]

    private static let model: [(String, Change)] = [
        (
            "\"general.architecture\" is \"gemma\", which is not supported. Supported: qwen2, llama, deepseek2",
            setting(
                .string("general.architecture", "gemma"))
        ),
        ("has no metadata \"general.architecture\"", { $0.values.remove(at: 0) }),
        ("\"llama.block_count\" is 0; it must be an integer from 1", setting(.integer("llama.block_count", 0))),
        ("\"llama.block_count\" is a string; it must be an integer", setting(.string("llama.block_count", "1"))),
        ("\"llama.context_length\" is missing", { $0.values.remove(at: 1) }),
        (
            "is an array of integers; it must be an integer",
            setting(
                .array("llama.attention.head_count_kv", type: 4, count: 1, [1, 0, 0, 0]))
        ),
        (
            "\"llama.rope.dimension_count\" is 2, which is not supported",
            setting(
                .integer("llama.rope.dimension_count", 2))
        ),
        ("\"llama.expert_count\" is 8, which is not supported", setting(.integer("llama.expert_count", 8))),
        ("\"llama.rope.scaling.type\" is \"linear\"", setting(.string("llama.rope.scaling.type", "linear"))),
        ("missing: blk.1.attn_norm.weight [8]", setting(.integer("llama.block_count", 2))),
        ("missing: blk.0.ffn_down.weight [8, 16]", { $0.tensors.removeLast() }),
        (
            "unknown: blk.0.attn_x.weight F32 [1] in model.gguf",
            {
                $0.tensors.append(GGUFFile.Tensor("blk.0.attn_x.weight", [1]))
            }
        ),
        (
            "blk.0.attn_k.weight is [4, 8] in model.gguf, the file's metadata asks for [8, 8]",
            setting(
                .integer("llama.attention.head_count_kv", 2))
        ),
        ("blk.0.ffn_norm.weight is I32", changing("blk.0.ffn_norm.weight") { $0.type = 26 }),
        (
            "tensor rope_freqs.weight: has 4 values",
            changing("rope_freqs.weight") {
                $0.dimensions = [4]
                $0.byteCount = 16
            }
        ),
        (
            "\"tokenizer.ggml.model\" is \"llama\", which is not supported",
            setting(
                .string("tokenizer.ggml.model", "llama"))
        ),
        ("has no tokenizer", { $0.values.removeAll { $0.key == Array("tokenizer.ggml.model".utf8) } }),
        (
            "has no metadata \"tokenizer.ggml.pre\"",
            { $0.values.removeAll { $0.key == Array("tokenizer.ggml.pre".utf8) } }
        ),
        (
            "has 2 elements, but there are 3 tokens",
            setting(
                .array("tokenizer.ggml.token_type", type: 5, count: 2, [1, 0, 0, 0, 1, 0, 0, 0]))
        ),
    ]

    @Test(
        arguments: [(header, "header"), (tensors, "tensors"), (model, "model")].flatMap { cases, name in
            cases.indices.map { (name, $0) }
        })
    func `each wrong field has its message`(group: String, index: Int) {
        let cases = ["header": Self.header, "tensors": Self.tensors, "model": Self.model][group] ?? []
        var file = Self.sound
        cases[index].1(&file)
        var bytes = file.bytes()
        // Divisors of 1 wherever they lie: all data is, which norms and matrices do not mind.
        let data = file.tensors.reduce(0) { ($0 + 31) / 32 * 32 + $1.byteCount }
        if group == "model" {
            for start in stride(from: bytes.count - data, to: bytes.count - 3, by: 4) {
                bytes.replaceSubrange(start..<start + 4, with: [0, 0, 128, 63])
            }
        }
        bytes.withUnsafeBytes { bytes in
            expectCheckpointError("model.gguf: ", cases[index].0) { try Self.open(bytes) }
        }
    }

    @Test func `divisors of zero are refused`() {
        expectCheckpointError("rope_freqs.weight: holds values that are not above 0") { try Self.open(Self.sound) }
    }
}
