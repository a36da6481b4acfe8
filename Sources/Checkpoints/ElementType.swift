/// The element types that weight files hold; raw values are their names in safetensors headers and in ggml.
///
/// All of safetensors are recognised, so that a file with a foreign one opens and the refusal can name the tensor.
/// Types of ggml that hold blocks encode a fixed number of consecutive elements together, with their scales.
package enum ElementType: String, Sendable, Hashable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case f8e4m3 = "F8_E4M3"
    case f64 = "F64"
    case f8e5m2 = "F8_E5M2"
    case f8e8m0 = "F8_E8M0"
    case i64 = "I64"
    case u64 = "U64"
    case i32 = "I32"
    case u32 = "U32"
    case i16 = "I16"
    case u16 = "U16"
    case i8 = "I8"
    case u8 = "U8"
    case bool = "BOOL"

    case q4_0 = "Q4_0"
    case q4_1 = "Q4_1"
    case q5_0 = "Q5_0"
    case q5_1 = "Q5_1"
    case q8_0 = "Q8_0"
    case q2_k = "Q2_K"
    case q3_k = "Q3_K"
    case q4_k = "Q4_K"
    case q5_k = "Q5_K"
    case q6_k = "Q6_K"
    case iq4_nl = "IQ4_NL"
    case iq4_xs = "IQ4_XS"

    /// Consecutive elements that are encoded together; 1 where each has a code of its own.
    package var blockLength: Int {
        switch self {
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_nl: 32
        case .q2_k, .q3_k, .q4_k, .q5_k, .q6_k, .iq4_xs: 256
        default: 1
        }
    }

    /// Bytes of one block.
    package var blockBytes: Int {
        switch self {
        case .f64, .i64, .u64: 8
        case .f32, .i32, .u32: 4
        case .f16, .bf16, .i16, .u16: 2
        case .f8e4m3, .f8e5m2, .f8e8m0, .i8, .u8, .bool: 1
        case .q4_0, .iq4_nl: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q2_k: 84
        case .q3_k: 110
        case .q4_k: 144
        case .q5_k: 176
        case .q6_k: 210
        case .iq4_xs: 136
        }
    }

    package var isBlocked: Bool { blockLength > 1 }

    /// Where elements must lie so that they can be read in place, in bytes: blocks begin with f16 scales.
    package var alignment: Int { isBlocked ? 2 : blockBytes }

    /// Bytes of `count` consecutive elements; nil where they are no whole number of blocks or too many.
    package func bytes(for count: Int) -> Int? {
        guard count >= 0, count % blockLength == 0 else { return nil }
        let (bytes, overflow) = (count / blockLength).multipliedReportingOverflow(by: blockBytes)
        return overflow ? nil : bytes
    }

    /// The type of a safetensors header's `dtype`.
    init?(safetensors name: String) {
        guard let type = ElementType(rawValue: name), !type.isBlocked else { return nil }
        self = type
    }

    /// Those that a safetensors header can name.
    static let ofSafetensors = allCases.filter { !$0.isBlocked }
}
