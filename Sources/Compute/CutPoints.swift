/// Where a sum over a matrix's inputs is cut into eight slices, each added up by itself, so that the bytes will not
/// depend on how many ranks share the matrix. Slices are summed as ((0+1)+(2+3))+((4+5)+(6+7)).
package final class CutPoints: @unchecked Sendable {
    static let segments = 8
    /// `segments + 1` ascending positions from 0 to the number of inputs.
    let positions: UnsafePointer<Int>

    /// Cuts `inputs` at `floor(i * blocks / 8)` blocks of `blockSize` inputs; the last block may be short.
    package init(inputs: Int, blockSize: Int) {
        precondition(inputs > 0 && blockSize > 0, "cuts of \(inputs) inputs in blocks of \(blockSize)")
        let blocks = (inputs + blockSize - 1) / blockSize
        let buffer = UnsafeMutablePointer<Int>.allocate(capacity: Self.segments + 1)
        for i in 0...Self.segments {
            (buffer + i).initialize(to: min(i * blocks / Self.segments * blockSize, inputs))
        }
        positions = UnsafePointer(buffer)
    }

    /// Whether every cut falls between blocks of `size` inputs.
    func fall(betweenBlocksOf size: Int) -> Bool { (0...Self.segments).allSatisfy { positions[$0] % size == 0 } }

    deinit { positions.deallocate() }
}
