/// Memory of one matrix's packed weights.
///
/// Unchecked because it is written once, by whoever asked for a region that was not filled.
package struct PackedRegion: @unchecked Sendable {
    /// Aligned to 64 bytes.
    package let base: UnsafeMutableRawPointer
    package let byteCount: Int
    package let owner: AnyObject
    /// Whether the weights are there already.
    package let isFilled: Bool
}
