import Checkpoints
import Compute

extension LatentShape {
    init(_ latent: LatentAttention, _ configuration: ModelConfiguration) {
        self.init(
            heads: configuration.headCount, rank: latent.keyValueRank, nope: latent.nopeDimension,
            rope: latent.ropeDimension, value: latent.valueDimension, scale: Float(configuration.attentionScale))
    }
}
