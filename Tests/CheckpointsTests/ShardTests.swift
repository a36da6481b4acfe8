import Checkpoints
import JSON
import Testing

struct ShardTests {
    private func model() throws -> ModelFolder {
        let model = try ModelFolder(Configurations.tinyLlama)
        model.writeShards(3)
        return model
    }

    @Test func `shards open as one checkpoint, with and without an index`() throws {
        let model = try model()
        #expect(try model.open().tensors.count == model.tensors.count)
        #expect(try model.open().tensors.fileNames == (0..<3).map { ModelFolder.shard($0, of: 3) })
        try model.check()
        model.folder.remove("model.safetensors.index.json")
        #expect(try model.open().tensors.count == model.tensors.count)
        model.folder.remove(ModelFolder.shard(1, of: 3))
        expectCheckpointError("model-00002-of-00003.safetensors: the shard is missing") { _ = try model.open() }
    }

    @Test func `a missing shard is named`() throws {
        let model = try model()
        model.folder.remove(ModelFolder.shard(1, of: 3))
        expectCheckpointError(
            "model-00002-of-00003.safetensors: the shard is missing, but model.safetensors.index.json"
        ) {
            _ = try model.open()
        }
        model.folder.remove(ModelFolder.shard(2, of: 3))
        expectCheckpointError("(and 1 more of 3)") { _ = try model.open() }
    }

    @Test func `a truncated shard is named`() throws {
        let model = try model()
        let bytes = Safetensors.file([TensorFixture(name: "lm_head.weight", shape: [64, 32])])
        model.folder.write(bytes.dropLast(1).map { $0 }, to: ModelFolder.shard(2, of: 3))
        expectCheckpointError("model-00003-of-00003.safetensors: tensor lm_head.weight", "truncated") {
            _ = try model.open()
        }
    }

    @Test func `a tensor that its shard lacks is named`() throws {
        let model = try model()
        var map = JSONObject()
        for (index, tensor) in model.tensors.enumerated() {
            map[tensor.name] = .string(ModelFolder.shard(index % 3, of: 3))
        }
        map["model.extra"] = .string(ModelFolder.shard(0, of: 3))
        model.writeIndex(map)
        expectCheckpointError("model-00001-of-00003.safetensors: tensor model.extra: is missing") {
            _ = try model.open()
        }
        map.removeValue(forKey: "model.extra")
        let first = model.tensors[0].name
        map[first] = .string(ModelFolder.shard(1, of: 3))
        model.writeIndex(map)
        expectCheckpointError("tensor \(first): is in model-00001-of-00003.safetensors, but") { _ = try model.open() }
    }

    @Test func `a tensor in two shards is refused`() throws {
        let model = try model()
        let first = model.tensors[0]
        let others = model.tensors.indices.filter { $0 % 3 == 1 }.map { model.tensors[$0] }
        model.folder.write(Safetensors.file([first] + others), to: ModelFolder.shard(1, of: 3))
        expectCheckpointError(
            "model-00002-of-00003.safetensors: tensor \(first.name): is in model-00001-of-00003.safetensors too"
        ) { _ = try model.open() }
    }

    @Test(arguments: [#""../model.safetensors""#, #""weights.bin""#, "1"])
    func `an index that points elsewhere is refused`(shard: String) throws {
        let model = try model()
        model.folder.write(#"{"weight_map":{"a":\#(shard)}}"#, to: "model.safetensors.index.json")
        expectCheckpointError("model.safetensors.index.json: tensor a: is mapped to \(shard)") { _ = try model.open() }
    }

    @Test func `an index without a map is refused`() throws {
        let model = try model()
        model.folder.write("{}", to: "model.safetensors.index.json")
        expectCheckpointError("model.safetensors.index.json: has no weight_map") { _ = try model.open() }
    }
}
