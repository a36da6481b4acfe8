/// Sizes of multi-head latent attention (DeepSeek-V2, arXiv 2405.04434).
package struct LatentShape: Sendable, Hashable {
    package var heads: Int
    /// Values of the cached latent.
    package var rank: Int
    /// Unrotated values of a query or key head.
    package var nope: Int
    /// Rotated values of a query head and of the key that all heads share.
    package var rope: Int
    /// Values of a value head.
    package var value: Int
    /// Multiplies query-key products.
    package var scale: Float

    package init(heads: Int, rank: Int, nope: Int, rope: Int, value: Int, scale: Float) {
        self.heads = heads
        self.rank = rank
        self.nope = nope
        self.rope = rope
        self.value = value
        self.scale = scale
    }

    /// Values of a query head and of an expanded key.
    package var query: Int { nope + rope }
    /// Values of a cached key, and of an absorbed query head.
    package var cached: Int { rank + rope }

    /// Attention in absorbed form: all heads share the one cached key, whose first `rank` values are the value.
    package var absorbed: AttentionPlan.Shape {
        AttentionPlan.Shape(keyValueHeads: 1, groupSize: heads, keySize: cached, valueSize: rank, scale: scale)
    }
}
