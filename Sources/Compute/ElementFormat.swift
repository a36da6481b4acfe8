import CKernels

/// How stored values (weights, cached keys and values) are encoded.
package enum ElementFormat: String, Sendable, CaseIterable {
    case f32
    case f16
    case bf16
    /// OCP e4m3 with one f32 scale per 128 x 128 block; weights only.
    case f8e4m3

    // GGUF's block formats, weights only, named as GGML names them. Products with them quantise the input to 8 bits.
    case q8_0
    case q4_0
    case q4_1
    case q5_0
    case q5_1
    case q2_k
    case q3_k
    case q4_k
    case q5_k
    case q6_k
    case iq4_nl
    case iq4_xs

    /// Values of a row that are stored together, under scales of their own; 1 in formats without such blocks.
    package var blockSize: Int { ck_block_of(kernelFormat).values }
    /// Bytes of `blockSize` values.
    package var bytesPerBlock: Int { ck_block_of(kernelFormat).bytes }
    /// Whether the format is one of GGUF's block formats.
    package var isBlocked: Bool { blockSize > 1 }

    /// Bytes of a row of `count` values, whole blocks.
    package func byteCount(of count: Int) -> Int {
        precondition(count % blockSize == 0, "\(count) values in \(self) blocks of \(blockSize)")
        return count / blockSize * bytesPerBlock
    }

    /// Bytes of a row of `count` values, the last block filled up.
    func paddedByteCount(of count: Int) -> Int { (count + blockSize - 1) / blockSize * bytesPerBlock }

    /// Bytes of one value, in formats without blocks.
    package var byteWidth: Int {
        precondition(!isBlocked, "\(self) has blocks")
        return bytesPerBlock
    }

    var kernelFormat: ck_format {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .f8e4m3: .f8e4m3
        case .q8_0: .q8_0
        case .q4_0: .q4_0
        case .q4_1: .q4_1
        case .q5_0: .q5_0
        case .q5_1: .q5_1
        case .q2_k: .q2_k
        case .q3_k: .q3_k
        case .q4_k: .q4_k
        case .q5_k: .q5_k
        case .q6_k: .q6_k
        case .iq4_nl: .iq4_nl
        case .iq4_xs: .iq4_xs
        }
    }
}
