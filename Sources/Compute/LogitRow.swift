import CKernels

/// A row of logits with their weights exp((logit - maximum) * scale), and its tokens' masses: the weights as integers,
/// whose sums are the same in every order and on every processor.
package struct LogitRow: ~Escapable {
    /// The tokens that are kept: no further than `floor`, and in the order (logit descending, token ascending) none
    /// behind the token `token` with the logit `logit`.
    package struct Kept {
        package var floor = -Float.infinity
        package var logit = -Float.infinity
        package var token = Int.max

        package init() {}

        fileprivate var kernel: ck_kept { ck_kept(floor: floor, logit: logit, token: token) }
    }

    private let logits: Span<Float>
    private let weights: Span<Float>
    private let maximum: Float
    private let scale: Float

    /// - Parameter weights: what `weigh` gave for the same logits, maximum and scale.
    @_lifetime(copy logits, copy weights)
    package init(_ logits: Span<Float>, weights: Span<Float>, maximum: Float, scale: Float) {
        precondition(logits.count == weights.count, "a weight for each logit")
        self.logits = logits
        self.weights = weights
        self.maximum = maximum
        self.scale = scale
    }

    package var count: Int { logits.count }

    package func logit(_ token: Int) -> Float { logits[token] }

    package func mass(_ token: Int) -> UInt64 { ck_mass(weights[token]) }

    /// The mass of the kept tokens.
    package func mass(_ kept: Kept) -> UInt64 {
        withKernelRow { row in withUnsafePointer(to: kept.kernel) { ck_kept_mass(row, $0) } }
    }

    /// The first token at which the mass of the kept ones up to it, in the order of their ids, exceeds `target`.
    package func token(_ kept: Kept, above target: UInt64) -> Int {
        withKernelRow { row in withUnsafePointer(to: kept.kernel) { ck_kept_token(row, $0, target) } }
    }

    /// Counts the tokens no further than `floor` into `bins`.
    package func fill(_ bins: inout DistanceBins, downTo floor: Float) {
        withKernelRow { ck_fill_bins($0, floor, &bins.bins) }
    }

    /// The tokens of a bin in the order (logit descending, token ascending).
    package func members(ofBin index: Int, downTo floor: Float) -> [Int] {
        let tokens = [UInt32](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            filled = withKernelRow { row in ck_bin_members(row, floor, index, base) }
        }
        // One integer that sorts as (logit, token) does.
        let keys = tokens.map { UInt64(Self.descendingBits(logits[Int($0)])) << 32 | UInt64($0) }
        return keys.sorted().map { Int($0 & 0xffff_ffff) }
    }

    /// Bits whose order is the reverse of the values'; zeros of both signs are equal.
    private static func descendingBits(_ value: Float) -> UInt32 {
        let bits = (value + 0).bitPattern
        return bits >> 31 == 0 ? ~bits & 0x7fff_ffff : bits
    }

    private func withKernelRow<R>(_ body: (UnsafePointer<ck_row>) -> R) -> R {
        logits.withUnsafeBufferPointer { logits in
            weights.withUnsafeBufferPointer { weights in
                guard let logits = logits.baseAddress, let base = weights.baseAddress else {
                    preconditionFailure("a row has at least one token")
                }
                let row = ck_row(
                    logits: logits, weights: base, count: weights.count, maximum: maximum, scale: scale)
                return withUnsafePointer(to: row, body)
            }
        }
    }
}
