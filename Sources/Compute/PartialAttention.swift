import CKernels

/// Memory of one query tile's partial results: per key range and row a maximum, a sum and an accumulator.
struct PartialAttention {
    let base: UnsafeMutablePointer<Float>
    let ranges: Int
    let rows: Int
    let valueSize: Int

    func max(_ range: Int) -> UnsafeMutablePointer<Float> { base + range * rows }
    func sum(_ range: Int) -> UnsafeMutablePointer<Float> { base + (ranges + range) * rows }
    func accumulator(_ range: Int) -> UnsafeMutablePointer<Float> {
        base + 2 * ranges * rows + range * rows * valueSize
    }
}
