package import Checkpoints
package import Compute

/// DeepseekV3ForCausalLM (R1, R1-Zero): latent attention, a mixture of experts after the first dense layers.
///
/// Prompt positions attend in expanded form, generated ones in absorbed form.
package final class DeepseekV3: LanguageModel, @unchecked Sendable {
    private enum Network: Sendable {
        case dense(FeedForward)
        case experts(ExpertLayer)
    }

    private struct Layer: Sendable {
        let attentionNorm: Tensor
        let attention: LatentAttentionLayer
        let networkNorm: Tensor
        let network: Network
    }

    /// The MTP modules' tensors, which the forward pass leaves alone.
    package let nextTokenTensors: [TensorView]

    private let frame: DecoderFrame
    private let layers: [Layer]
    private let shape: LatentShape
    private let cacheLayout: PagedMemory.Layout

    private let compressedQueries = Tensor(rows: 0, columns: 0)
    private let queries = Tensor(rows: 0, columns: 0)
    private let latentKeys = Tensor(rows: 0, columns: 0)
    private let latentQueries = Tensor(rows: 0, columns: 0)
    private let latents = Tensor(rows: 0, columns: 0)
    private let attended = Tensor(rows: 0, columns: 0)
    private let gated = Tensor(rows: 0, columns: 0)
    private let scores = Tensor(rows: 0, columns: 0)
    private let routing = ExpertRouting()

    init(
        _ configuration: ModelConfiguration, plan: TensorPlan, weights: WeightSource, options: ModelOptions
    ) throws {
        guard let latent = configuration.latentAttention else {
            preconditionFailure("a DeepSeek-V3 configuration has latent attention")
        }
        let frame = try DecoderFrame(configuration, weights: weights, options: options)
        let shape = LatentShape(latent, configuration)
        layers = try (0..<configuration.layerCount).map { index in
            let prefix = "model.layers.\(index)"
            let network: Network
            if let experts = configuration.experts, configuration.isExpertLayer(index) {
                network = .experts(try ExpertLayer("\(prefix).mlp", experts, weights: weights))
            } else {
                network = .dense(try weights.feedForward("\(prefix).mlp"))
            }
            return Layer(
                attentionNorm: try weights.vector("\(prefix).input_layernorm.weight"),
                attention: try LatentAttentionLayer(
                    "\(prefix).self_attn", latent, shape: shape, weights: weights, processor: frame.processor),
                networkNorm: try weights.vector("\(prefix).post_attention_layernorm.weight"), network: network)
        }
        nextTokenTensors = plan.items.compactMap { $0.nextTokenLayer == nil ? nil : weights.view($0.name) }
        let type = try weights.type(of: "model.layers.0.self_attn.kv_a_proj_with_mqa.weight")
        cacheLayout = PagedMemory.Layout(
            layers: configuration.layerCount, heads: 1, keySize: shape.cached, valueSize: 0,
            // As for fp8: rounded latents tip near ties between experts, and this cache is small.
            format: options.keyValueType.format(for: type.isBlocked ? .f32 : type))
        self.frame = frame
        self.shape = shape
    }

    package var vocabularySize: Int { frame.vocabularySize }
    package var contextLength: Int { frame.contextLength }
    package var distinguishesRoles: Bool { true }
    package var cacheBytesPerToken: Int { cacheLayout.bytesPerToken }

    package func makeCache(blockCount: Int, blockSize: Int) throws -> any KeyValueCache {
        try PagedMemory(cacheLayout, blockCount: blockCount, blockSize: blockSize)
    }

    package func forward(_ batch: ForwardBatch, cache: any KeyValueCache) -> Tensor {
        guard let memory = cache as? PagedMemory, memory.layout == cacheLayout else {
            preconditionFailure("the cache belongs to another model")
        }
        frame.begin(batch, blockSize: memory.blockSize)
        let clock = frame.processor.stageClock
        let prompt = frame.layout.runs.map(\.prompt).filter { !$0.rows.isEmpty }
        let generated = frame.layout.runs.map(\.generated).filter { !$0.rows.isEmpty }
        let plan = AttentionPlan(
            shape.absorbed, runs: generated, layout: frame.layout, threads: frame.processor.threadCount)
        for (index, layer) in layers.enumerated() {
            frame.normalise(layer.attentionNorm)
            makeQueriesAndKeys(layer.attention, index, memory: memory)
            clock.time(.attention) {
                attend(layer.attention, index, prompt: prompt, generated: generated, plan: plan, memory: memory)
            }
            clock.time(.projection) {
                frame.processor.project(
                    Projection(layer.attention.output, of: attended, into: frame.hidden, accumulates: true))
            }
            frame.normalise(layer.networkNorm)
            switch layer.network {
            case .dense(let network): frame.addFeedForward(network, width: gated)
            case .experts(let experts): clock.time(.experts) { addExperts(experts) }
            }
        }
        return frame.finish(rows: batch.logitRows)
    }

    /// Prompt positions in expanded form, generated ones in absorbed form.
    private func attend(
        _ layer: LatentAttentionLayer, _ index: Int, prompt: [BatchLayout.Run], generated: [BatchLayout.Run],
        plan: AttentionPlan, memory: PagedMemory
    ) {
        attended.reshape(rows: frame.normed.rows, columns: layer.output.inputs)
        if !prompt.isEmpty {
            frame.processor.attendExpanded(
                queries, shape: shape, expansion: layer.expansion, runs: prompt, layout: frame.layout,
                memory: memory, layer: index, into: attended)
        }
        if !generated.isEmpty {
            frame.processor.attendAbsorbed(
                queries, shape: shape, absorption: layer.absorption, plan: plan, runs: generated, memory: memory,
                layer: index, latentQueries: latentQueries, latents: latents, into: attended)
        }
    }

    /// Rotated queries, and the normed latent with the rotated key stored in the cache.
    private func makeQueriesAndKeys(_ layer: LatentAttentionLayer, _ index: Int, memory: PagedMemory) {
        let processor = frame.processor
        let rows = frame.normed.rows
        queries.reshape(rows: rows, columns: shape.heads * shape.query)
        latentKeys.reshape(rows: rows, columns: shape.cached)
        let keys = Projection(layer.compression, of: frame.normed, into: latentKeys)
        switch layer.query {
        case .plain(let matrix):
            processor.stageClock.time(.projection) {
                processor.project(Projection(matrix, of: frame.normed, into: queries), keys)
            }
        case .compressed(let down, let norm, let up):
            compressedQueries.reshape(rows: rows, columns: down.outputs)
            processor.stageClock.time(.projection) {
                processor.project(Projection(down, of: frame.normed, into: compressedQueries), keys)
                processor.normalise(
                    compressedQueries, weight: norm, epsilon: frame.epsilon, into: compressedQueries)
                processor.project(Projection(up, of: compressedQueries, into: queries))
            }
        }
        processor.rotate(
            queries, columns: shape.nope..<shape.query, heads: shape.heads, stride: shape.query, by: frame.rotary)
        processor.normalise(
            latentKeys, columns: 0..<shape.rank, weight: layer.latentNorm, epsilon: frame.epsilon, into: latentKeys)
        processor.rotate(
            latentKeys, columns: shape.rank..<shape.cached, heads: 1, stride: shape.cached, by: frame.rotary)
        processor.store(keys: latentKeys, values: nil, layout: frame.layout, memory: memory, layer: index)
    }

    private func addExperts(_ layer: ExpertLayer) {
        let processor = frame.processor
        scores.reshape(rows: frame.normed.rows, columns: layer.router.expertCount)
        processor.project(Projection(layer.scores, of: frame.normed, into: scores))
        processor.route(scores, by: layer.router, into: routing)
        processor.mixExperts(
            frame.normed, routing: routing, experts: layer.experts, shared: layer.shared, into: frame.hidden)
    }
}
