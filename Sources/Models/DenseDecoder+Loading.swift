import Checkpoints
import Compute

extension DenseDecoder {
    /// Names Hugging Face's tensors; biases where the configuration has them.
    convenience init(_ configuration: ModelConfiguration, weights: WeightSource, options: ModelOptions) throws {
        let frame = try DecoderFrame(configuration, weights: weights, options: options)
        let layers = try (0..<configuration.layerCount).map { index in
            try Self.layer("model.layers.\(index)", configuration, weights)
        }
        let type = try weights.type(of: "model.layers.0.self_attn.k_proj.weight")
        self.init(
            frame: frame, layers: layers,
            shape: AttentionPlan.Shape(
                keyValueHeads: configuration.keyValueHeadCount,
                groupSize: configuration.headCount / configuration.keyValueHeadCount,
                keySize: configuration.headDimension, valueSize: configuration.headDimension,
                scale: Float(configuration.attentionScale)),
            cacheFormat: options.keyValueType.format(for: type))
    }

    private static func layer(
        _ prefix: String, _ configuration: ModelConfiguration, _ weights: WeightSource
    ) throws(CheckpointError) -> Layer {
        let attention = "\(prefix).self_attn"
        let hasBias = configuration.hasQueryKeyValueBias
        return Layer(
            attentionNorm: try weights.vector("\(prefix).input_layernorm.weight"),
            query: try weights.linear("\(attention).q_proj.weight"),
            key: try weights.linear("\(attention).k_proj.weight"),
            value: try weights.linear("\(attention).v_proj.weight"),
            queryBias: try weights.optionalVector("\(attention).q_proj.bias", hasBias),
            keyBias: try weights.optionalVector("\(attention).k_proj.bias", hasBias),
            valueBias: try weights.optionalVector("\(attention).v_proj.bias", hasBias),
            output: try weights.linear("\(attention).o_proj.weight") { _ in configuration.headDimension },
            outputBias: try weights.optionalVector("\(attention).o_proj.bias", configuration.hasOutputBias),
            feedForwardNorm: try weights.vector("\(prefix).post_attention_layernorm.weight"),
            feedForward: try weights.feedForward("\(prefix).mlp", hasBias: configuration.hasFeedForwardBias))
    }
}
