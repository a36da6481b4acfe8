import CKernels

/// The tokens of a row counted by their distance from the largest logit, nearest first.
package struct DistanceBins: Sendable {
    /// Where something happens in the order of the distances: the bin, with the tokens and the mass before it.
    package typealias Place = (bin: Int, count: Int, mass: UInt64)

    /// The bin whose tokens, the furthest ones, have no mass.
    package static let last = Int(CK_DISTANCE_BINS) - 1

    var bins = [ck_bin](repeating: ck_bin(), count: Int(CK_DISTANCE_BINS))

    package init() {}

    /// The first bin with which the number of tokens and their mass suffice.
    package func first(where suffices: (_ count: Int, _ mass: UInt64) -> Bool) -> Place? {
        var place: Place = (0, 0, 0)
        for (index, bin) in bins.enumerated() {
            place.bin = index
            if suffices(place.count + Int(bin.count), place.mass + bin.mass) { return place }
            place.count += Int(bin.count)
            place.mass += bin.mass
        }
        return nil
    }
}
