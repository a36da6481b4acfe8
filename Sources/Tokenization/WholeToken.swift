/// Collects the fragments of a token until it is whole.
struct WholeToken: Sendable {
    private var bytes: [UInt8] = []

    /// The whole token, once its last fragment is here.
    mutating func receive(_ fragment: TokenFragment) -> [UInt8]? {
        if fragment.opens && fragment.closes { return fragment.bytes }
        bytes += fragment.bytes
        guard fragment.closes else { return nil }
        defer { bytes = [] }
        return bytes
    }
}
