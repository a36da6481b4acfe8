/// DeepSeek-V3's mixture of experts: sigmoid scores, bias-corrected choice within the best groups (`noaux_tc`).
package struct ExpertConfiguration: Sendable, Hashable {
    /// `n_routed_experts`; a multiple of `groupCount`.
    package let routedCount: Int
    /// `num_experts_per_tok`.
    package let activeCount: Int
    /// `n_shared_experts`: one feed-forward network of this many times `intermediateSize`.
    package let sharedCount: Int
    /// `moe_intermediate_size`: the width of one expert.
    package let intermediateSize: Int
    /// `n_group`.
    package let groupCount: Int
    /// `topk_group`: the groups that a token chooses from.
    package let activeGroupCount: Int
    /// `norm_topk_prob`: the chosen scores are divided by their sum.
    package let normalizesWeights: Bool
    /// `routed_scaling_factor`.
    package let scale: Double
    /// `first_k_dense_replace`: the layers before it are dense.
    package let firstLayer: Int

    package var expertsPerGroup: Int { routedCount / groupCount }
}
