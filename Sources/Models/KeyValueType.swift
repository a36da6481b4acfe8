package import Checkpoints
package import Compute

/// How cached keys and values are stored.
package enum KeyValueType: String, Sendable, CaseIterable {
    /// bf16 for bf16 and f16 checkpoints, f32 for others: rounded latents tip near ties between experts, and MLA's cache
    /// is small.
    case auto
    case f32
    case bf16
    case f16

    /// The storage format for a model whose projections have the given type.
    package func format(for weights: ElementType) -> ElementFormat {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        case .f16: .f16
        case .auto:
            switch weights {
            case .f16, .bf16: .bf16
            default: .f32
            }
        }
    }
}
