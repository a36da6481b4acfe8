/// Dimensions of DeepSeek-V3's multi-head latent attention.
package struct LatentAttention: Sendable, Hashable {
    /// `q_lora_rank`; nil where queries come from one plain projection.
    package let queryRank: Int?
    /// `kv_lora_rank`: the latent that is cached.
    package let keyValueRank: Int
    /// `qk_nope_head_dim`: unrotated values of a query or key head.
    package let nopeDimension: Int
    /// `qk_rope_head_dim`: rotated values of a query head, and of the one key that all heads share. Even.
    package let ropeDimension: Int
    /// `v_head_dim`.
    package let valueDimension: Int
}
