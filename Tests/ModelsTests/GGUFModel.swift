import Checkpoints
import Compute
import Glibc
import Models

/// A model written as a GGUF file, the way llama.cpp's converter writes it.
struct GGUFModel {
    struct Matrix {
        /// As the model's tensor has it, outermost dimension first.
        var shape: [Int]
        var values: [Float]
    }

    /// How latent attention's expansion is stored.
    enum Expansion {
        /// attn_k_b and attn_v_b.
        case split
        /// attn_kv_b.
        case whole
    }

    let configuration: ModelConfiguration
    var expansion = Expansion.split
    var writesGroups = true
    /// The embedding serves as the head.
    var leavesOutHead = false
    /// The type of a matrix by its name in the file; vectors are F32.
    var type: (String) -> ElementType = { _ in .f32 }
    /// Under Hugging Face's names.
    let tensors: [String: Matrix]

    /// Takes a fixture's weights, decoded.
    init(_ fixture: Fixture) throws {
        let checkpoint = try fixture.checkpoint()
        configuration = try checkpoint.configuration()
        var tensors: [String: Matrix] = [:]
        for tensor in checkpoint.tensors where !tensor.name.hasSuffix("_scale_inv") {
            let columns = tensor.shape.last ?? 1
            let scales = checkpoint.tensors[tensor.name + "_scale_inv"]
            let stored = Compute.Matrix(
                outputs: tensor.elementCount / columns, inputs: columns, format: Encoding.format(tensor.type),
                base: tensor.base, owner: tensor.owner, scales: scales?.base, scalesOwner: scales?.owner)
            let values = Encoding.bytes(of: stored.decoded()).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            tensors[tensor.name] = Matrix(shape: tensor.shape, values: values)
        }
        self.tensors = tensors
    }

    /// Random weights.
    init(_ configuration: ModelConfiguration) {
        self.configuration = configuration
        var state: UInt64 = 7
        func random() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24) - 0.5
        }
        var tensors: [String: Matrix] = [:]
        for item in TensorPlan(configuration).items {
            let isNorm = item.role == .norm
            let values = (0..<item.elementCount).map { _ in isNorm ? 1 + 0.2 * random() : 0.1 * random() }
            tensors[item.name] = Matrix(shape: item.shape, values: values)
        }
        self.tensors = tensors
    }

    // MARK: Tensors

    private static let layerNames = [
        ("attn_norm.weight", "input_layernorm.weight"), ("ffn_norm.weight", "post_attention_layernorm.weight"),
        ("attn_q.weight", "self_attn.q_proj.weight"), ("attn_q.bias", "self_attn.q_proj.bias"),
        ("attn_k.weight", "self_attn.k_proj.weight"), ("attn_k.bias", "self_attn.k_proj.bias"),
        ("attn_v.weight", "self_attn.v_proj.weight"), ("attn_v.bias", "self_attn.v_proj.bias"),
        ("attn_output.weight", "self_attn.o_proj.weight"), ("ffn_gate.weight", "mlp.gate_proj.weight"),
        ("ffn_up.weight", "mlp.up_proj.weight"), ("ffn_down.weight", "mlp.down_proj.weight"),
        ("attn_q_a.weight", "self_attn.q_a_proj.weight"), ("attn_q_a_norm.weight", "self_attn.q_a_layernorm.weight"),
        ("attn_q_b.weight", "self_attn.q_b_proj.weight"),
        ("attn_kv_a_mqa.weight", "self_attn.kv_a_proj_with_mqa.weight"),
        ("attn_kv_a_norm.weight", "self_attn.kv_a_layernorm.weight"), ("ffn_gate_inp.weight", "mlp.gate.weight"),
        ("exp_probs_b.bias", "mlp.gate.e_score_correction_bias"),
        ("ffn_gate_shexp.weight", "mlp.shared_experts.gate_proj.weight"),
        ("ffn_up_shexp.weight", "mlp.shared_experts.up_proj.weight"),
        ("ffn_down_shexp.weight", "mlp.shared_experts.down_proj.weight"),
    ]

    /// Everything that the file holds, in f32.
    private func contents() -> [(name: String, matrix: Matrix)] {
        var contents: [(name: String, matrix: Matrix)] = []
        func add(_ name: String, _ matrix: Matrix?) { if let matrix { contents.append((name, matrix)) } }
        add("token_embd.weight", tensors["model.embed_tokens.weight"])
        for index in 0..<configuration.layerCount {
            let prefix = "model.layers.\(index)"
            for (ours, theirs) in Self.layerNames {
                let matrix = tensors["\(prefix).\(theirs)"]
                let heads = ["attn_q": configuration.headCount, "attn_k": configuration.keyValueHeadCount]
                let isPermuted = configuration.architecture == .llama
                add("blk.\(index).\(ours)", isPermuted ? permuted(matrix, heads[String(ours.prefix(6))], ours) : matrix)
            }
            if let expansion = tensors["\(prefix).self_attn.kv_b_proj.weight"] { addExpansion(expansion, index, add) }
            if let experts = configuration.experts, configuration.isExpertLayer(index) {
                for part in ["gate", "up", "down"] {
                    let each = (0..<experts.routedCount).compactMap {
                        tensors["\(prefix).mlp.experts.\($0).\(part)_proj.weight"]
                    }
                    let shape = [each.count] + each[0].shape
                    add("blk.\(index).ffn_\(part)_exps.weight", Matrix(shape: shape, values: each.flatMap(\.values)))
                }
            }
        }
        add("output_norm.weight", tensors["model.norm.weight"])
        if !leavesOutHead { add("output.weight", tensors["lm_head.weight"]) }
        if case .llama3(let scaling) = configuration.rope.scaling {
            add("rope_freqs.weight", divisors(scaling))
        }
        return contents
    }

    /// `reshape(heads, 2, dimension / 2, inputs).swapaxes(1, 2)` of queries' and keys' rows.
    private func permuted(_ matrix: Matrix?, _ heads: Int?, _ name: String) -> Matrix? {
        guard let matrix, let heads, name == "attn_q.weight" || name == "attn_k.weight" else { return matrix }
        let inputs = matrix.shape[1]
        let half = configuration.headDimension / 2
        var values: [Float] = []
        for head in 0..<heads {
            for pair in 0..<half {
                for part in 0..<2 {
                    let row = head * 2 * half + part * half + pair
                    values += matrix.values[row * inputs..<(row + 1) * inputs]
                }
            }
        }
        return Matrix(shape: matrix.shape, values: values)
    }

    private func addExpansion(_ matrix: Matrix, _ layer: Int, _ add: (String, Matrix?) -> Void) {
        guard let latent = configuration.latentAttention, expansion == .split else {
            return add("blk.\(layer).attn_kv_b.weight", matrix)
        }
        let rank = latent.keyValueRank
        var keys: [Float] = []
        var values: [Float] = []
        for head in 0..<configuration.headCount {
            let first = head * (latent.nopeDimension + latent.valueDimension)
            for column in 0..<rank {
                for row in 0..<latent.nopeDimension { keys.append(matrix.values[(first + row) * rank + column]) }
            }
            let start = first + latent.nopeDimension
            values += matrix.values[start * rank..<(start + latent.valueDimension) * rank]
        }
        let heads = configuration.headCount
        add("blk.\(layer).attn_k_b.weight", Matrix(shape: [heads, rank, latent.nopeDimension], values: keys))
        add("blk.\(layer).attn_v_b.weight", Matrix(shape: [heads, latent.valueDimension, rank], values: values))
    }

    private func divisors(_ scaling: RopeConfiguration.Llama3) -> Matrix {
        let dimension = configuration.rope.dimension
        let context = Double(scaling.originalContext)
        let values = (0..<dimension / 2).map { index in
            let wavelength = 2 * Double.pi * pow(configuration.rope.theta, 2 * Double(index) / Double(dimension))
            if wavelength < context / scaling.highFrequencyFactor { return Float(1) }
            if wavelength > context / scaling.lowFrequencyFactor { return Float(scaling.factor) }
            let smooth =
                (context / wavelength - scaling.lowFrequencyFactor)
                / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor)
            return Float(1 / ((1 - smooth) / scaling.factor + smooth))
        }
        return Matrix(shape: [values.count], values: values)
    }

    // MARK: Metadata

    private func metadata() -> GGUFWriter {
        let names = [ModelConfiguration.Architecture.qwen2: "qwen2", .llama: "llama", .deepseekV3: "deepseek2"]
        let name = names[configuration.architecture] ?? ""
        var file = GGUFWriter()
        file.add("general.architecture", name)
        file.add("\(name).context_length", configuration.contextLength)
        file.add("\(name).embedding_length", configuration.hiddenSize)
        file.add("\(name).block_count", configuration.layerCount)
        file.add("\(name).feed_forward_length", configuration.intermediateSize)
        file.add("\(name).attention.head_count", configuration.headCount)
        file.add("\(name).attention.layer_norm_rms_epsilon", Float(configuration.normEpsilon))
        file.add("\(name).rope.freq_base", Float(configuration.rope.theta))
        file.add("\(name).vocab_size", configuration.vocabularySize)
        file.add("\(name).rope.dimension_count", configuration.rope.dimension)
        guard let latent = configuration.latentAttention, let experts = configuration.experts else {
            file.add("\(name).attention.head_count_kv", configuration.keyValueHeadCount)
            return file
        }
        let isSplit = expansion == .split
        let suffix = isSplit ? "_mla" : ""
        file.add("\(name).attention.head_count_kv", isSplit ? 1 : configuration.headCount)
        if isSplit {
            file.add("\(name).attention.key_length", latent.keyValueRank + latent.ropeDimension)
            file.add("\(name).attention.value_length", latent.keyValueRank)
        }
        file.add("\(name).attention.key_length\(suffix)", configuration.headDimension)
        file.add("\(name).attention.value_length\(suffix)", latent.valueDimension)
        if let rank = latent.queryRank { file.add("\(name).attention.q_lora_rank", rank) }
        file.add("\(name).attention.kv_lora_rank", latent.keyValueRank)
        file.add("\(name).leading_dense_block_count", experts.firstLayer)
        file.add("\(name).expert_count", experts.routedCount)
        file.add("\(name).expert_used_count", experts.activeCount)
        file.add("\(name).expert_shared_count", experts.sharedCount)
        file.add("\(name).expert_feed_forward_length", experts.intermediateSize)
        file.add("\(name).expert_weights_scale", Float(experts.scale))
        file.add("\(name).expert_weights_norm", experts.normalizesWeights)
        file.add("\(name).expert_gating_func", 2)
        if writesGroups {
            file.add("\(name).expert_group_count", experts.groupCount)
            file.add("\(name).expert_group_used_count", experts.activeGroupCount)
        }
        if case .yarn(let yarn) = configuration.rope.scaling {
            file.add("\(name).rope.scaling.type", "yarn")
            file.add("\(name).rope.scaling.factor", Float(yarn.factor))
            file.add("\(name).rope.scaling.original_context_length", yarn.originalContext)
            file.add("\(name).rope.scaling.yarn_log_multiplier", Float(0.1 * (yarn.mscaleAllDimensions ?? 0)))
        }
        return file
    }

    // MARK: Files

    /// Opens the model from a file of its own, which is gone from its folder afterwards.
    func checkpoint() throws -> Checkpoint {
        var file = metadata()
        for (name, matrix) in contents() {
            let type = type(of: matrix, name)
            file.add(name, shape: matrix.shape, type: type, try bytes(of: matrix, as: type))
        }
        return try file.open()
    }

    /// The same model in F32, every matrix as its encoded form decodes.
    func decoded() throws -> Checkpoint {
        var file = metadata()
        for (name, matrix) in contents() {
            let type = type(of: matrix, name)
            let values = Encoding.decoded(try bytes(of: matrix, as: type), type, count: matrix.values.count)
            let decoded = Matrix(shape: matrix.shape, values: values)
            file.add(name, shape: matrix.shape, type: .f32, try bytes(of: decoded, as: .f32))
        }
        return try file.open()
    }

    private func type(of matrix: Matrix, _ name: String) -> ElementType {
        matrix.shape.count == 1 || name.contains("ffn_gate_inp") ? .f32 : type(name)
    }

    private func bytes(of matrix: Matrix, as type: ElementType) throws -> [UInt8] {
        try Encoding.bytes(of: matrix.values, rowLength: matrix.shape.last ?? 1, as: type)
    }

    /// Chooses every matrix's type as a recipe does.
    mutating func follow(_ recipe: QuantizationRecipe) {
        var types: [String: ElementType] = [:]
        for (name, matrix) in contents() {
            types[name] = recipe.elementType(of: Self.theirName(name), shape: matrix.shape)
        }
        type = { types[$0] ?? .f32 }
    }

    private static func theirName(_ name: String) -> String {
        let global = ["token_embd.weight": "model.embed_tokens.weight", "output.weight": "lm_head.weight"]
        if let theirs = global[name] { return theirs }
        let others = [
            ("attn_k_b.weight", "self_attn.k_b_proj.weight"), ("attn_v_b.weight", "self_attn.v_b_proj.weight"),
            ("ffn_gate_exps.weight", "mlp.experts.0.gate_proj.weight"),
            ("ffn_up_exps.weight", "mlp.experts.0.up_proj.weight"),
            ("ffn_down_exps.weight", "mlp.experts.0.down_proj.weight"),
        ]
        let parts = name.split(separator: ".", maxSplits: 2)
        guard parts.count == 3, let theirs = (layerNames + others).first(where: { $0.0 == parts[2] }) else {
            return name
        }
        return "model.layers.\(parts[1]).\(theirs.1)"
    }

    func model(
        _ checkpoint: Checkpoint, keyValueType: KeyValueType = .f32, quantization: QuantizationType? = nil
    ) throws -> any LanguageModel {
        try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(
                processor: Processor(threads: 2), keyValueType: keyValueType, quantization: quantization))
    }
}
