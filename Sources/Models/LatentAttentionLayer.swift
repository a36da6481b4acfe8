import Checkpoints
import Compute

/// Weights of one layer's multi-head latent attention.
struct LatentAttentionLayer: Sendable {
    /// How queries are made of the hidden state.
    enum Query: Sendable {
        case plain(Matrix)
        /// Through a normed vector of low rank: q_a_proj, q_a_layernorm, q_b_proj.
        case compressed(down: Matrix, norm: Tensor, up: Matrix)
    }

    let query: Query
    /// kv_a_proj_with_mqa: the latent, then the shared key's rotated part.
    let compression: Matrix
    let latentNorm: Tensor
    /// kv_b_proj, for prompt positions.
    let expansion: LatentExpansion
    /// The same weights, for generated ones.
    let absorption: LatentAbsorption
    let output: Matrix

    init(
        _ prefix: String, _ latent: LatentAttention, shape: LatentShape, weights: WeightSource,
        processor: Processor
    ) throws(CheckpointError) {
        if latent.queryRank == nil {
            query = .plain(try weights.linear("\(prefix).q_proj.weight"))
        } else {
            query = .compressed(
                down: try weights.linear("\(prefix).q_a_proj.weight"),
                norm: try weights.vector("\(prefix).q_a_layernorm.weight"),
                up: try weights.linear("\(prefix).q_b_proj.weight"))
        }
        compression = try weights.linear("\(prefix).kv_a_proj_with_mqa.weight")
        latentNorm = try weights.vector("\(prefix).kv_a_layernorm.weight")
        (expansion, absorption) = try weights.keyValueExpansion(prefix, shape: shape, processor: processor)
        output = try weights.linear("\(prefix).o_proj.weight") { _ in latent.valueDimension }
    }
}
