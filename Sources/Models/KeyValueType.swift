package import Checkpoints
package import Compute

/// How cached keys and values are stored.
package enum KeyValueType: String, Sendable, CaseIterable {
    /// f32 for f32 and fp8 checkpoints, bf16 for others: rounded latents tip near ties between experts, and MLA's cache
    /// is small. DeepSeek's has f32 for quantised GGUF files too.
    case auto
    case f32
    case bf16
    case f16
    /// Blocks of 32 values with a scale of their own, 8.5 bits a value.
    case int8

    /// The storage format for a model whose projections have the given type.
    package func format(for weights: ElementType) -> ElementFormat {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        case .f16: .f16
        case .int8: .q8_0
        case .auto:
            switch weights {
            case .f16, .bf16: .bf16
            case let type where type.isBlocked: .bf16
            default: .f32
            }
        }
    }
}
