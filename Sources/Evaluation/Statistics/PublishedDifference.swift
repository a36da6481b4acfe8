/// A run's score beside a published one, of which only the number is known.
struct PublishedDifference: Sendable {
    let published: PublishedScore
    /// In fractions of 1, as the others.
    let difference: Double
    /// Of the difference, with the questions fixed: the published score is taken to vary between runs as this one does.
    let error: Double?
    /// nil where the error is unknown or 0.
    let z: Double?
    let p: Double?

    init(_ published: PublishedScore, score: Score) {
        self.published = published
        difference = score.passAt1 - published.passAt1 / 100
        let error = score.rerunError.map { $0 * 2.0.squareRoot() }
        self.error = error
        z = error.flatMap { [difference] in $0 > 0 ? difference / $0 : nil }
        p = z.map(Normal.twoSidedP)
    }

    /// Those of the model that a name such as `./DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf` means.
    static func scores(for model: String, in published: [PublishedScore]) -> [PublishedScore] {
        let name = model.lowercased()
        let longest = published.map(\.model).filter { name.contains($0.lowercased()) }.max { $0.count < $1.count }
        return published.filter { $0.model == longest }
    }
}
