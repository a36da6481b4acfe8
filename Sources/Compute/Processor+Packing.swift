import CKernels

extension Processor {
    /// Packs row-major weights of a block format for products: sixteen rows' blocks of the same number lie together,
    /// interleaved, so that one layout serves one row of inputs and many. Only the order of the bytes changes.
    ///
    /// - Parameter base: `weights.packedByteCount` bytes, aligned to 64.
    package func pack(_ weights: Matrix, into base: UnsafeMutableRawPointer, owner: AnyObject) -> Matrix {
        precondition(weights.format.isBlocked && !weights.isPacked, "\(weights.format) weights to pack")
        let strips = (weights.outputs + Int(CK_STRIP_OUTPUTS) - 1) / Int(CK_STRIP_OUTPUTS)
        let pieces = min(strips, threadCount * 4)
        workers.run(pieces) { piece in
            ck_pack(
                weights.format.kernelFormat, weights.base, weights.outputs, weights.inputs, strips * piece / pieces,
                strips * (piece + 1) / pieces, base)
        }
        return Matrix(
            outputs: weights.outputs, inputs: weights.inputs, format: weights.format, base: base, owner: owner,
            cuts: weights.cuts, isPacked: true)
    }

    /// As `pack`, in memory of its own.
    package func packed(_ weights: Matrix) -> Matrix {
        let memory = OwnedBytes(count: weights.packedByteCount)
        return pack(weights, into: memory.base, owner: memory)
    }
}
