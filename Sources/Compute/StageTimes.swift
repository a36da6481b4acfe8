/// Where the time of forward passes goes, by kind of work.
package struct StageTimes: Sendable, Equatable {
    package enum Stage: String, Sendable, CaseIterable {
        /// Layout and embedding rows.
        case embedding
        /// Norms of the residual stream.
        case normalisation
        /// Queries, keys, values and attention's output.
        case projection
        /// Rotation, the cache and attention itself.
        case attention
        /// Dense gated networks.
        case feedForward = "feed-forward"
        /// Routing and the experts.
        case experts
        /// The final norm and the vocabulary's logits.
        case head
        case sampling
    }

    private var durations = [Duration](repeating: .zero, count: Stage.allCases.count)

    package init() {}

    package subscript(stage: Stage) -> Duration {
        get { durations[Self.index(stage)] }
        set { durations[Self.index(stage)] = newValue }
    }

    package var total: Duration { durations.reduce(.zero, +) }

    private static func index(_ stage: Stage) -> Int { Stage.allCases.firstIndex(of: stage) ?? 0 }
}
