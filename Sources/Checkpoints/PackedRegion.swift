/// Memory of one matrix's packed weights.
///
/// Unchecked because it is written once, by whoever asked for a region that was not filled.
package enum PackedRegion: @unchecked Sendable {
    case filled(base: UnsafeRawPointer, owner: AnyObject)
    /// To be filled; aligned to 64 bytes.
    case empty(base: UnsafeMutableRawPointer, owner: AnyObject)
}
