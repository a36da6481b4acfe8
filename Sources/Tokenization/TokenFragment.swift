/// A part of a token's text on its way through the decoders.
struct TokenFragment {
    /// Valid UTF-8.
    var bytes: [UInt8]
    /// Whether it is the first part of its token.
    var opens: Bool
    /// Whether it is the last part of its token.
    var closes: Bool
}
