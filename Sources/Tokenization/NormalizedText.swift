/// A stretch of text on its way through the normalizers.
struct NormalizedText {
    /// UTF-8.
    var bytes: [UInt8]
    /// Whether the first byte comes from the very beginning of the encoded text (`Metaspace` prepends there alone).
    var startsAtOrigin: Bool
}
