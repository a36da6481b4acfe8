import Checkpoints
import Compute

/// What surrounds the layers of every decoder: the step's rows, embedding, final norm and head.
final class DecoderFrame: @unchecked Sendable {
    let processor: Processor
    let contextLength: Int
    let vocabularySize: Int
    let epsilon: Float
    let layout = BatchLayout()
    let rotary: RotaryTable
    /// The residual stream `[rows, hiddenSize]`.
    let hidden = Tensor(rows: 0, columns: 0)
    /// `hidden` after a norm.
    let normed = Tensor(rows: 0, columns: 0)

    private let embedding: Matrix
    private let finalNorm: Tensor
    private let head: Matrix
    private let logits = Tensor(rows: 0, columns: 0)

    init(
        _ configuration: ModelConfiguration, weights: WeightSource, options: ModelOptions
    ) throws {
        processor = options.processor
        contextLength = min(options.maxContext ?? configuration.contextLength, configuration.contextLength)
        vocabularySize = configuration.vocabularySize
        epsilon = Float(configuration.normEpsilon)
        rotary = RotaryTable(configuration.rope)
        embedding = try weights.matrix("model.embed_tokens.weight")
        finalNorm = try weights.vector("model.norm.weight")
        head =
            configuration.tiesEmbeddings
            ? try weights.packed(embedding, as: "model.embed_tokens.weight") : try weights.linear("lm_head.weight")
    }

    /// Lays the batch out and embeds its tokens.
    func begin(_ batch: ForwardBatch, blockSize: Int) {
        layout.removeAll()
        for sequence in batch.sequences {
            layout.append(
                rowCount: sequence.rowCount, firstPosition: sequence.firstPosition,
                promptLength: sequence.promptLength, blockTable: sequence.blockTable, blockSize: blockSize)
        }
        precondition(layout.rowCount == batch.tokens.count, "\(batch.tokens.count) tokens for \(layout.rowCount) rows")
        processor.stageClock.time(.embedding) {
            rotary.prepare(for: layout, on: processor)
            processor.embed(batch.tokens, table: embedding, into: hidden)
        }
        normed.reshape(rows: hidden.rows, columns: hidden.columns)
    }

    func normalise(_ weight: Tensor) {
        processor.stageClock.time(.normalisation) {
            processor.normalise(hidden, weight: weight, epsilon: epsilon, into: normed)
        }
    }

    /// `hidden += network(normed)`.
    func addFeedForward(_ network: FeedForward, width scratch: Tensor) {
        scratch.reshape(rows: normed.rows, columns: network.width)
        processor.stageClock.time(.feedForward) {
            processor.projectGated(
                gate: network.gate, up: network.up, gateBias: network.gateBias, upBias: network.upBias, of: normed,
                into: scratch)
            processor.project(
                Projection(network.down, of: scratch, into: hidden, bias: network.downBias, accumulates: true))
        }
    }

    /// Logits of the wanted rows `[rows.count, vocabularySize]`, valid until the next step.
    func finish(rows: [Int]) -> Tensor {
        logits.reshape(rows: rows.count, columns: vocabularySize)
        processor.stageClock.time(.head) {
            processor.gather(rows, of: hidden, into: normed)
            processor.normalise(normed, weight: finalNorm, epsilon: epsilon, into: normed)
            processor.project(Projection(head, of: normed, into: logits))
        }
        return logits
    }
}
