import CKernels

/// How stored values (weights, cached keys and values) are encoded.
package enum ElementFormat: String, Sendable, CaseIterable {
    case f32
    case f16
    case bf16
    /// OCP e4m3 with one f32 scale per 128 x 128 block; weights only.
    case f8e4m3

    package var byteWidth: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .f8e4m3: 1
        }
    }

    var kernelFormat: ck_format {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .f8e4m3: .f8e4m3
        }
    }
}
