import Checkpoints
import Compute

/// Weights of one layer's mixture of experts.
struct ExpertLayer: Sendable {
    /// The experts' scores, `[experts, hiddenSize]`.
    let scores: Matrix
    let router: ExpertRouter
    let experts: [FeedForward]
    let shared: FeedForward?

    init(_ prefix: String, _ configuration: ExpertConfiguration, weights: WeightSource) throws(CheckpointError) {
        scores = try weights.linear("\(prefix).gate.weight")
        router = ExpertRouter(
            expertCount: configuration.routedCount, activeCount: configuration.activeCount,
            groupCount: configuration.groupCount, activeGroupCount: configuration.activeGroupCount,
            normalises: configuration.normalizesWeights, scale: Float(configuration.scale),
            bias: try weights.vector("\(prefix).gate.e_score_correction_bias").row(0))
        var experts: [FeedForward] = []
        for index in 0..<configuration.routedCount {
            experts.append(try weights.feedForward("\(prefix).experts.\(index)"))
        }
        self.experts = experts
        shared = configuration.sharedCount > 0 ? try weights.feedForward("\(prefix).shared_experts") : nil
    }
}
