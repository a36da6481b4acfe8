package import Compute

/// Qwen2ForCausalLM and LlamaForCausalLM: grouped-query attention and gated feed-forward layers. Qwen2 has biases on
/// queries, keys and values, Llama 3 stretches its rotary waves; the configuration says so.
package final class DenseDecoder: LanguageModel, @unchecked Sendable {
    /// Weights of one layer.
    struct Layer: Sendable {
        var attentionNorm: Tensor
        var query: Matrix
        var key: Matrix
        var value: Matrix
        var queryBias: Tensor?
        var keyBias: Tensor?
        var valueBias: Tensor?
        var output: Matrix
        var outputBias: Tensor?
        var feedForwardNorm: Tensor
        var feedForward: FeedForward
    }

    private let frame: DecoderFrame
    private let layers: [Layer]
    private let shape: AttentionPlan.Shape
    private let cacheLayout: PagedMemory.Layout

    private let queries = Tensor(rows: 0, columns: 0)
    private let keys = Tensor(rows: 0, columns: 0)
    private let values = Tensor(rows: 0, columns: 0)
    private let attended = Tensor(rows: 0, columns: 0)
    private let gated = Tensor(rows: 0, columns: 0)

    init(frame: DecoderFrame, layers: [Layer], shape: AttentionPlan.Shape, cacheFormat: ElementFormat) {
        self.frame = frame
        self.layers = layers
        self.shape = shape
        cacheLayout = PagedMemory.Layout(
            layers: layers.count, heads: shape.keyValueHeads, keySize: shape.keySize, valueSize: shape.valueSize,
            format: cacheFormat)
    }

    package var vocabularySize: Int { frame.vocabularySize }
    package var contextLength: Int { frame.contextLength }
    package var distinguishesRoles: Bool { false }
    package var cacheBytesPerToken: Int { cacheLayout.bytesPerToken }

    package func makeCache(blockCount: Int, blockSize: Int) throws -> any KeyValueCache {
        try PagedMemory(cacheLayout, blockCount: blockCount, blockSize: blockSize)
    }

    package func forward(_ batch: ForwardBatch, cache: any KeyValueCache) -> Tensor {
        guard let memory = cache as? PagedMemory, memory.layout == cacheLayout else {
            preconditionFailure("the cache belongs to another model")
        }
        frame.begin(batch, blockSize: memory.blockSize)
        let plan = AttentionPlan(
            shape, runs: frame.layout.runs, layout: frame.layout, threads: frame.processor.threadCount)
        for (index, layer) in layers.enumerated() {
            frame.normalise(layer.attentionNorm)
            attend(layer, index, plan: plan, memory: memory)
            frame.normalise(layer.feedForwardNorm)
            frame.addFeedForward(layer.feedForward, width: gated)
        }
        return frame.finish(rows: batch.logitRows)
    }

    private func attend(_ layer: Layer, _ index: Int, plan: AttentionPlan, memory: PagedMemory) {
        let processor = frame.processor
        let rows = frame.normed.rows
        queries.reshape(rows: rows, columns: layer.query.outputs)
        keys.reshape(rows: rows, columns: layer.key.outputs)
        values.reshape(rows: rows, columns: layer.value.outputs)
        attended.reshape(rows: rows, columns: layer.output.inputs)
        processor.stageClock.time(.projection) {
            processor.project(
                Projection(layer.query, of: frame.normed, into: queries, bias: layer.queryBias),
                Projection(layer.key, of: frame.normed, into: keys, bias: layer.keyBias),
                Projection(layer.value, of: frame.normed, into: values, bias: layer.valueBias))
        }
        processor.stageClock.time(.attention) {
            let head = 0..<shape.keySize
            processor.rotate(
                queries, columns: head, heads: shape.keyValueHeads * shape.groupSize, stride: shape.keySize,
                by: frame.rotary)
            processor.rotate(
                keys, columns: head, heads: shape.keyValueHeads, stride: shape.keySize, by: frame.rotary)
            processor.store(keys: keys, values: values, layout: frame.layout, memory: memory, layer: index)
            processor.attend(queries, plan: plan, memory: memory, layer: index, into: attended)
        }
        processor.stageClock.time(.projection) {
            processor.project(
                Projection(
                    layer.output, of: attended, into: frame.hidden, bias: layer.outputBias, accumulates: true))
        }
    }
}
