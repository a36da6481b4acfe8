/// A score that a model's card or paper states.
package struct PublishedScore: Sendable, Equatable {
    /// As in the card: `DeepSeek-R1-Distill-Qwen-7B`.
    package var model: String
    /// In percent.
    package var passAt1: Double
    package var consensusAt64: Double?
    package var source = "card"
}
