import Compute
import FoundationEssentials
import JSON
import Models
import Testing

@testable import Checkpoints

/// Checkpoints that are written as GGUF files.
@Suite struct GGUFConversionTests {
    private static let processor = try! Processor(threads: 2)

    private static func write(
        _ checkpoint: Checkpoint, _ type: QuantizationType, tokenizer: GGUFTokenizer? = nil, overwrites: Bool = false,
        to file: TemporaryFile = TemporaryFile()
    ) throws -> TemporaryFile {
        let size = try GGUFConversion.write(
            checkpoint, tokenizer: tokenizer, as: type, to: file.path, overwrites: overwrites, processor: processor)
        #expect(size == file.bytes().count && !file.hasPartial)
        return file
    }

    private static func open(_ file: TemporaryFile) throws -> Checkpoint {
        try Checkpoint(path: file.path, requiresTokenizer: false)
    }

    private func logits(_ checkpoint: Checkpoint) throws -> [[Float]] {
        let model = try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(processor: Self.processor, keyValueType: .auto))
        let tokens = (0..<40).map { Int32($0 * 97 % 512) }
        return try ModelRun(model, promptLength: 24).run(tokens, chunk: 24)
    }

    // MARK: Round trips

    @Test(arguments: [Fixture.qwen2, .deepseekV3]) func `an f32 file gives the folder's logits bit for bit`(
        fixture: Fixture
    ) throws {
        let checkpoint = try fixture.checkpoint()
        #expect(try logits(Self.open(Self.write(checkpoint, .f32))) == logits(checkpoint))
    }

    /// Its heads' values are summed in another order there.
    @Test func `llama's differ by rounding alone`() throws {
        let checkpoint = try Fixture.llama.checkpoint()
        let file = try logits(Self.open(Self.write(checkpoint, .f32)))
        #expect(largestDifference(file, try logits(checkpoint)) < 1e-4)
    }

    @Test(arguments: [Fixture.qwen2, .deepseekV3]) func `a bf16 file gives a bf16 folder's logits bit for bit`(
        fixture: Fixture
    ) throws {
        let folder = try BFloat16Folder(fixture)
        #expect(
            try logits(Self.open(Self.write(folder.checkpoint(), .bf16))) == logits(folder.checkpoint()))
    }

    @Test func `fp8 weights are decoded`() throws {
        let checkpoint = try Fixture.deepseekV3FP8.checkpoint()
        let difference = largestDifference(
            try logits(Self.open(Self.write(checkpoint, .f32))), try logits(checkpoint))
        #expect(difference < 5e-3, "\(difference)")
    }

    @Test(arguments: [Fixture.qwen2, .llama, .deepseekV3], [QuantizationType.f32, .q8_0, .q4_k_m])
    func `a file made of a file is the one made of the folder, byte for byte`(
        fixture: Fixture, type: QuantizationType
    ) throws {
        let folder = try fixture.checkpoint()
        let plain = try Self.open(Self.write(folder, .f32))
        #expect(try Self.write(plain, type).bytes() == Self.write(folder, type).bytes())
    }

    @Test(arguments: QuantizationType.allCases) func `a file gives the logits of weights quantised while loading`(
        type: QuantizationType
    ) throws {
        let checkpoint = try Fixture.deepseekV3.checkpoint()
        let loaded = try Fixture.deepseekV3.model(keyValueType: .auto, quantization: type)
        let tokens = (0..<40).map { Int32($0 * 97 % 512) }
        let expected = try ModelRun(loaded, promptLength: 24).run(tokens, chunk: 24)
        #expect(try logits(Self.open(Self.write(checkpoint, type))) == expected)
    }

    @Test func `tokenizer and template come back as they were`() throws {
        let text = { (text: String) in Array(text.utf8) }
        let tokenizer = GGUFTokenizer(
            splitting: "qwen2", tokens: PackedStrings(["a", "ü", "ab", "<s>"].map(text)), types: [1, 1, 4, 3],
            merges: PackedStrings(["a b"].map(text)), beginToken: 3, endToken: 2, padToken: 0, addsBegin: true,
            addsEnd: false, chatTemplate: "{{ 'ü' }}\n", file: "tokenizer.json")
        let checkpoint = try Self.open(Self.write(Fixture.qwen2.checkpoint(), .bf16, tokenizer: tokenizer))
        for opened in [checkpoint, try Self.open(Self.write(checkpoint, .q8_0))] {
            let read = try #require(opened.ggufTokenizer)
            #expect(read.tokens.elementsEqual(tokenizer.tokens) && read.merges.elementsEqual(tokenizer.merges))
            #expect(read.types == tokenizer.types && read.splitting == "qwen2")
            #expect([read.beginToken, read.endToken, read.padToken] == [3, 2, 0])
            #expect(read.addsBegin == true && read.addsEnd == false && opened.chatTemplate == "{{ 'ü' }}\n")
            // The tokenizer's own first, then the configuration's.
            #expect(try opened.configuration().endTokens == [2, 1])
        }
    }

    // MARK: llama.cpp

    /// Fixtures/converted.py has recorded what llama.cpp's converter and quantiser write.
    @Test(arguments: [Fixture.qwen2, .llama, .deepseekV3], [QuantizationType.f32, .q4_k_m])
    func `metadata and tensors are those of llama.cpp's file`(fixture: Fixture, type: QuantizationType) throws {
        let path = #filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex)
        let text = try Data(contentsOf: URL(filePath: "\(path)/Fixtures/converted.json"))
        let expected = try #require(JSONValue(parsing: [UInt8](text))[fixture.rawValue]?[type.rawValue])
        let file = try Self.write(fixture.checkpoint(), type)
        let mapped = try MappedFile(path: file.path, name: "model.gguf")
        let header = try GGUFFiles.header(of: mapped)

        let metadata = try #require(expected["metadata"]?.objectValue)
        let own = header.metadata.values.filter { !$0.key.hasPrefix("tokenizer.") && $0.key != "general.name" }
        #expect(Set(own.keys) == Set(metadata.keys))
        let types = ["UINT32": 4, "FLOAT32": 6, "BOOL": 7, "STRING": 8]
        for (key, range) in header.values where own[key] != nil {
            let entry = try #require(metadata[key]?.arrayValue)
            #expect(
                mapped.base.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt32.self)
                    == UInt32(types[entry[0].stringValue ?? ""] ?? -1), "\(key)")
            switch own[key] {
            case .integer(let value): #expect(entry[1] == .integer(value), "\(key)")
            case .number(let value): #expect(entry[1].doubleValue.map(Float.init) == Float(value), "\(key)")
            case .boolean(let value): #expect(entry[1] == .bool(value), "\(key)")
            case .string(let value): #expect(entry[1] == .string(value), "\(key)")
            default: Issue.record("\(key)")
            }
        }

        let tensors = try #require(expected["tensors"]?.objectValue)
        #expect(Set(header.entries.map(\.name)) == Set(tensors.map(\.key)))
        for entry in header.entries {
            let bytes = UnsafeRawBufferPointer(start: mapped.base + entry.range.lowerBound, count: entry.range.count)
            let shape = JSONValue.array(entry.shape.map { .integer($0) })
            let hash = tensors[entry.name]?[2] ?? .null
            #expect(tensors[entry.name]?[0] == .string(entry.type.rawValue), "\(entry.name)")
            #expect(tensors[entry.name]?[1] == shape, "\(entry.name)")
            #expect(hash == .string(Self.hash(bytes)), "\(entry.name)")
        }
    }

    /// FNV-1a.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> String {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    // MARK: Refusals

    private func expectRefusal(
        _ message: String, leaves file: TemporaryFile = TemporaryFile(), _ body: (TemporaryFile) throws -> Void
    ) {
        do {
            try body(file)
            Issue.record("nothing was thrown: \(message)")
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
        #expect(!file.hasPartial)
    }

    @Test func `a file that exists is kept unless it is to be overwritten`() throws {
        let checkpoint = try Fixture.qwen2.checkpoint()
        let file = TemporaryFile()
        file.write([1, 2, 3])
        expectRefusal("exists already. Name another file, or overwrite it with --force.", leaves: file) {
            _ = try Self.write(checkpoint, .q8_0, to: $0)
        }
        #expect(file.bytes() == [1, 2, 3])
        _ = try Self.write(checkpoint, .q8_0, overwrites: true, to: file)
        #expect(try Self.open(file).configuration().layerCount == 3)
    }

    @Test func `folders and places that cannot be written are refused`() throws {
        let checkpoint = try Fixture.qwen2.checkpoint()
        for (path, message) in [
            ("/tmp", "/tmp: is a folder. Name another file."),
            ("/proc/model.gguf", "/proc/model.gguf:"), ("/nowhere/model.gguf", "cannot be created: No such file"),
        ] {
            expectRefusal(message) { _ in
                try GGUFConversion.write(
                    checkpoint, tokenizer: nil, as: .q8_0, to: path, overwrites: true, processor: Self.processor)
            }
        }
    }

    @Test func `weights in blocks are not quantised again`() throws {
        let file = try Self.open(Self.write(Fixture.qwen2.checkpoint(), .q8_0))
        expectRefusal("is quantised already, to Q8_0") { _ = try Self.write(file, .q4_0, to: $0) }
    }

    @Test func `what GGUF has no key for is refused`() throws {
        func refuse(_ message: String, _ fixture: Fixture, _ change: (inout JSONObject) -> Void) throws {
            let folder = try BFloat16Folder(fixture, changingConfiguration: change)
            expectRefusal(message) { _ = try Self.write(folder.checkpoint(), .bf16, to: $0) }
        }
        try refuse("\"rope_scaling\" is llama3", .qwen2) {
            $0["rope_scaling"] = [
                "rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
                "original_max_position_embeddings": 64,
            ]
        }
        try refuse("has mscale or attention_factor", .qwen2) {
            $0["rope_scaling"] = ["type": "yarn", "factor": 4, "attention_factor": 1.5]
        }
        try refuse("has no mscale that equals mscale_all_dim", .deepseekV3) {
            $0["rope_scaling"] = ["type": "yarn", "factor": 40, "mscale": 1, "mscale_all_dim": 0.5]
        }
        try refuse("\"eos_token_id\" has 4 tokens; GGUF files hold 3", .qwen2) { $0["eos_token_id"] = [1, 2, 3, 4] }
    }
}
