/// The mixtures of element types that a model can be quantised to, under llama.cpp's names in lower case.
package enum QuantizationType: String, Sendable, Hashable, CaseIterable {
    case f32
    case f16
    case bf16
    case q8_0
    case q4_0
    case q4_1
    case q5_0
    case q5_1
    case q2_k
    case q3_k_s
    case q3_k_m
    case q3_k_l
    case q4_k_s
    case q4_k_m
    case q5_k_s
    case q5_k_m
    case q6_k
    case iq4_nl
    case iq4_xs

    /// The type of most matrices.
    package var elementType: ElementType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q8_0: .q8_0
        case .q4_0: .q4_0
        case .q4_1: .q4_1
        case .q5_0: .q5_0
        case .q5_1: .q5_1
        case .q2_k: .q2_k
        case .q3_k_s, .q3_k_m, .q3_k_l: .q3_k
        case .q4_k_s, .q4_k_m: .q4_k
        case .q5_k_s, .q5_k_m: .q5_k
        case .q6_k: .q6_k
        case .iq4_nl: .iq4_nl
        case .iq4_xs: .iq4_xs
        }
    }
}
