/// Which element type each tensor of a model gets when it is quantised: llama.cpp's choice without importance matrix.
///
/// Source: src/llama-quant.cpp in github.com/ggml-org/llama.cpp.
package struct QuantizationRecipe: Sendable {
    /// What the choice knows tensors as.
    private enum Kind {
        case head
        case embedding
        /// v_proj, and kv_b_proj where it is whole.
        case value
        case key
        case attentionOutput
        case down
        case other
    }

    package let type: QuantizationType
    private let configuration: ModelConfiguration

    package init(_ type: QuantizationType, for configuration: ModelConfiguration) {
        self.type = type
        self.configuration = configuration
    }

    /// The type of the tensor that Hugging Face calls `name`; kv_b_proj's parts are k_b_proj and v_b_proj, as in GGUF
    /// files. `shape` ends with the length of a row. Vectors, norms and the router's scores are F32.
    package func elementType(of name: String, shape: [Int]) -> ElementType {
        guard shape.count >= 2, let inputs = shape.last, Self.isQuantized(name) else { return .f32 }
        guard type.elementType.isBlocked else { return type.elementType }
        return Self.fitting(mixed(Self.kind(of: name), layer: Self.layer(of: name), inputs: inputs), inputs: inputs)
    }

    private static func isQuantized(_ name: String) -> Bool {
        name.hasSuffix(".weight") && !name.hasSuffix("norm.weight") && !name.hasSuffix(".mlp.gate.weight")
    }

    private static func layer(of name: String) -> Int {
        let parts = name.split(separator: ".")
        return parts.count > 2 && parts[1] == "layers" ? Int(parts[2]) ?? 0 : 0
    }

    private static func kind(of name: String) -> Kind {
        if name == "lm_head.weight" { return .head }
        if name == "model.embed_tokens.weight" { return .embedding }
        switch name.split(separator: ".").dropLast().last {
        case "v_proj", "kv_b_proj": return .value
        case "k_proj": return .key
        case "o_proj": return .attentionOutput
        case "down_proj": return .down
        default: return .other
        }
    }

    private func mixed(_ kind: Kind, layer: Int, inputs: Int) -> ElementType {
        let plain = type.elementType
        switch kind {
        case .head: return headType(inputs: inputs)
        case .embedding: return configuration.tiesEmbeddings ? headType(inputs: inputs) : plain
        case .value: return valueType(layer: layer)
        case .key: return hasEightExperts ? .q8_0 : plain
        case .attentionOutput: return attentionOutputType
        case .down: return downType(layer: layer)
        case .other: return plain
        }
    }

    // MARK: Mixtures

    private var hasEightExperts: Bool { configuration.experts?.routedCount == 8 }

    /// Query heads per head of keys and values. One where kv_b_proj makes a head of its own for each.
    private var groupSize: Int {
        configuration.latentAttention == nil ? configuration.headCount / configuration.keyValueHeadCount : 1
    }

    /// The first and the last eighth of the layers, and every third between them.
    private func isFavored(_ layer: Int) -> Bool {
        let count = configuration.layerCount
        return layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
    }

    private func headType(inputs: Int) -> ElementType {
        type == .q8_0 || inputs % type.elementType.blockLength != 0 ? .q8_0 : .q6_k
    }

    private func valueType(layer: Int) -> ElementType {
        if hasEightExperts { return .q8_0 }
        let chosen: ElementType =
            switch type {
            case .q2_k: groupSize >= 4 ? .q4_k : .q3_k
            case .q3_k_m: layer < 2 ? .q5_k : .q4_k
            case .q3_k_l: .q5_k
            case .q4_k_s where layer < 4: .q5_k
            case .q4_k_m where isFavored(layer), .q5_k_m where isFavored(layer): .q6_k
            case .iq4_nl where groupSize >= 4, .iq4_xs where groupSize >= 4: .q5_k
            default: type.elementType
            }
        return isSeventyBillion && [.q3_k, .q4_k].contains(chosen) ? .q5_k : chosen
    }

    /// Models of this size have eight times fewer values than queries, so that better ones cost little.
    private var isSeventyBillion: Bool {
        configuration.layerCount == 80
            && (configuration.architecture == .qwen2 || configuration.architecture == .llama && groupSize > 1)
    }

    private var attentionOutputType: ElementType {
        if hasEightExperts {
            let improved: [QuantizationType] = [.q2_k, .q3_k_s, .q3_k_m, .q4_k_s, .q4_k_m, .iq4_nl, .iq4_xs]
            return improved.contains(type) ? .q5_k : type.elementType
        }
        return switch type {
        case .q2_k: .q3_k
        case .q3_k_m: .q4_k
        case .q3_k_l: .q5_k
        default: type.elementType
        }
    }

    private func downType(layer: Int) -> ElementType {
        let count = configuration.layerCount
        return switch type {
        case .q2_k: .q3_k
        case .q3_k_m: layer < count / 16 ? .q5_k : .q4_k
        case .q3_k_l: .q5_k
        case .q4_k_m where isFavored(layer), .q5_k_m where isFavored(layer): .q6_k
        case .q4_k_s where layer < count / 8, .iq4_nl where layer < count / 8, .iq4_xs where layer < count / 8: .q5_k
        default: type.elementType
        }
    }

    // MARK: Row lengths

    /// The type itself where rows hold whole blocks of it, or else the nearest one in shorter blocks, or F16.
    private static func fitting(_ type: ElementType, inputs: Int) -> ElementType {
        if inputs % type.blockLength == 0 { return type }
        let shorter: ElementType =
            switch type {
            case .q2_k, .q3_k: .q4_0
            case .q4_k: .q5_0
            case .q5_k: .q5_1
            case .q6_k: .q8_0
            case .iq4_xs: .iq4_nl
            default: type
            }
        return inputs % shorter.blockLength == 0 ? shorter : .f16
    }
}
