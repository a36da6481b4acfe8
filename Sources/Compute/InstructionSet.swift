import CKernels

/// A table of kernels. Without one named, `APUS_ISA` chooses, else the fastest that this machine can run.
package enum InstructionSet: String, Sendable, CaseIterable {
    case scalar
    case avx2
    case avx512

    var kernelSet: ck_isa {
        switch self {
        case .scalar: .scalar
        case .avx2: .avx2
        case .avx512: .avx512
        }
    }

    init(_ isa: ck_isa) {
        switch isa {
        case .scalar: self = .scalar
        case .avx2: self = .avx2
        case .avx512: self = .avx512
        }
    }

    /// Whether this machine can run it.
    package var isSupported: Bool { ck_kernels_for(kernelSet) != nil }
}
