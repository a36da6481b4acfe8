internal import Compute
internal import Glibc

/// A row's tokens in the order (logit descending, id ascending), cut by min-p, top-k and top-p without sorting it.
///
/// The tokens are counted into bins by their distance from the largest logit; only the bin in which a cut falls is
/// sorted. Masses are integers: what is kept and what is drawn does not depend on how they are added up.
struct Candidates: ~Escapable {
    private let row: LogitRow

    /// Nearly always the cuts fall among the tokens this close to the largest logit; the others need no bins then.
    private static let nearDistance: Float = 12

    @_lifetime(copy row)
    init(_ row: LogitRow) {
        self.row = row
    }

    /// Draws from what `parameters` keep, by inverting the cumulative distribution in order of the ids.
    ///
    /// - Parameter uniform: in [0, 1).
    func draw(_ uniform: Double, _ parameters: SamplingParameters, _ bins: inout DistanceBins) -> Int {
        var kept = LogitRow.Kept()
        if parameters.minP > 0 { kept.floor = Float(log(Double(parameters.minP))) }
        if parameters.topK > 0 { cut(&kept, toCount: parameters.topK, &bins) }
        if parameters.topP < 1 {
            let mass = Double(parameters.topP) * Double(row.mass(kept))
            cut(&kept, toMass: UInt64(mass.rounded(.up)), &bins)
        }
        let mass = row.mass(kept)
        return row.token(kept, above: min(UInt64(uniform * Double(mass)), mass - 1))
    }

    /// Keeps the first `count` tokens.
    private func cut(_ kept: inout LogitRow.Kept, toCount count: Int, _ bins: inout DistanceBins) {
        let place = place(in: &bins, kept.floor) { tokens, _ in tokens >= count }
        // The last bin's tokens have no mass: what is kept of them makes no difference.
        guard let place, place.bin < DistanceBins.last else { return }
        let last = row.members(ofBin: place.bin, downTo: kept.floor)[count - place.count - 1]
        (kept.logit, kept.token) = (row.logit(last), last)
    }

    /// Keeps the first tokens whose mass reaches `target`, which all the kept ones' mass does.
    private func cut(_ kept: inout LogitRow.Kept, toMass target: UInt64, _ bins: inout DistanceBins) {
        guard let place = place(in: &bins, kept.floor, { _, mass in mass >= target }) else { return }
        var mass = place.mass
        for token in row.members(ofBin: place.bin, downTo: kept.floor) {
            mass += row.mass(token)
            guard mass >= target else { continue }
            (kept.logit, kept.token) = (row.logit(token), token)
            return
        }
    }

    private func place(
        in bins: inout DistanceBins, _ floor: Float, _ suffices: (Int, UInt64) -> Bool
    ) -> DistanceBins.Place? {
        let near = max(floor, -Self.nearDistance)
        row.fill(&bins, downTo: near)
        if let place = bins.first(where: suffices) { return place }
        guard near > floor else { return nil }
        row.fill(&bins, downTo: floor)
        return bins.first(where: suffices)
    }
}
