import Checkpoints
import JSON

/// A temporary checkpoint of a configuration, complete unless a test breaks it.
struct ModelFolder {
    let folder = TemporaryFolder()
    let config: JSONValue
    var tensors: [TensorFixture]

    var path: String { folder.path }

    /// Every tensor of the plan as f32, or with fp8 projections and their scales where the configuration says so.
    init(_ config: JSONValue, withNextTokenLayers: Bool = true) throws {
        self.config = config
        let configuration = try ModelConfiguration(config: config)
        let plan = TensorPlan(configuration)
        tensors = []
        for item in plan.items where withNextTokenLayers || item.nextTokenLayer == nil {
            if item.isOptional, item.nextTokenLayer == nil { continue }
            guard let blocks = configuration.quantization, plan.types(of: item.role).contains(.f8e4m3) else {
                tensors.append(TensorFixture(name: item.name, shape: item.shape))
                continue
            }
            tensors.append(TensorFixture(name: item.name, shape: item.shape, type: .f8e4m3))
            tensors.append(TensorFixture(name: item.name + "_scale_inv", shape: blocks.scaleShape(of: item.shape)))
        }
        folder.write(config.serialized(), to: "config.json")
        folder.write("{}", to: "tokenizer.json")
    }

    /// Writes the weights as one file.
    func writeWeights(_ name: String = "model.safetensors") {
        folder.write(Safetensors.file(tensors), to: name)
    }

    /// Writes the weights as shards with an index.
    func writeShards(_ count: Int) {
        var map = JSONObject()
        for shard in 0..<count {
            let part = tensors.indices.filter { $0 % count == shard }.map { tensors[$0] }
            folder.write(Safetensors.file(part), to: Self.shard(shard, of: count))
            for tensor in part { map[tensor.name] = .string(Self.shard(shard, of: count)) }
        }
        writeIndex(map)
    }

    func writeIndex(_ map: JSONObject) {
        let index: JSONValue = ["metadata": ["total_size": 0], "weight_map": .object(map)]
        folder.write(index.serialized(), to: "model.safetensors.index.json")
    }

    static func shard(_ ordinal: Int, of count: Int) -> String {
        "model-0000\(ordinal + 1)-of-0000\(count).safetensors"
    }

    func open() throws(CheckpointError) -> Checkpoint { try Checkpoint(directory: path) }

    /// Opens and compares with the plan.
    func check() throws {
        let checkpoint = try open()
        try TensorPlan(checkpoint.configuration()).check(checkpoint.tensors)
    }

    mutating func change(_ name: String, _ body: (inout TensorFixture) -> Void) {
        for index in tensors.indices where tensors[index].name == name { body(&tensors[index]) }
    }

    mutating func remove(_ name: String) { tensors.removeAll { $0.name == name } }
}
