package import Checkpoints
package import Compute

/// How cached keys and values are stored.
package enum KeyValueType: String, Sendable, CaseIterable {
    /// f32 for f32 checkpoints, f16 for fp8 ones (their weights carry more digits than bf16 keeps), else bf16.
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
            case .f32: .f32
            case .f8e4m3: .f16
            default: .bf16
            }
        }
    }
}
