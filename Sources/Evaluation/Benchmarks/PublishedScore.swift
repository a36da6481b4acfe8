/// A score that a model's card or paper states.
package struct PublishedScore: Sendable, Equatable {
    /// As in the card: `DeepSeek-R1-Distill-Qwen-7B`.
    package var model: String
    /// In percent.
    package var passAt1: Double
    package var consensusAt64: Double?
    /// `card`: the model card; `paper`: arXiv 2501.12948v1; `nature`: the paper of September 2025, table 2; `open-r1`:
    /// Hugging Face's reproduction, with 64, 4, 8 and 16 samples for AIME, MATH-500, GPQA and LiveCodeBench.
    package var source = "card"
}

extension PublishedScore {
    static let distills = ["Qwen-1.5B", "Qwen-7B", "Qwen-14B", "Qwen-32B", "Llama-8B", "Llama-70B"]
        .map { "DeepSeek-R1-Distill-\($0)" }

    /// Scores of R1 in the card and of R1-Zero in Nature's table 2.
    static func models(r1: Double, zero: Double) -> [PublishedScore] {
        [
            PublishedScore(model: "DeepSeek-R1", passAt1: r1),
            PublishedScore(model: "DeepSeek-R1-Zero", passAt1: zero, source: "nature"),
        ]
    }

    /// Scores of the six distilled models in the order of ``distills``: pass@1, and cons@64 where it is published.
    static func distills(
        _ scores: [Double], consensus: [Double]? = nil, source: String = "card"
    ) -> [PublishedScore] {
        zip(distills, scores).enumerated().map { index, pair in
            PublishedScore(model: pair.0, passAt1: pair.1, consensusAt64: consensus?[index], source: source)
        }
    }
}
