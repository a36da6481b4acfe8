/// One answer to one question, as it is kept in a run's `samples.jsonl`.
package struct Sample: Sendable, Equatable {
    package var benchmark: String
    package var question: String
    /// From 0.
    package var index: Int
    package var seed: UInt64
    package var reasoning = ""
    package var content = ""
    /// The server's `finish_reason`: `stop`, `length`, ….
    package var finishReason = "stop"
    package var promptTokens = 0
    package var cachedTokens = 0
    package var reasoningTokens = 0
    /// All generated tokens, reasoning included.
    package var completionTokens = 0
    /// From request to end.
    package var seconds = 0.0
    package var verdict: Verdict?
    /// Why there is no answer, where the server gave none; such samples are asked again when a run goes on.
    package var error: String?

    package init(benchmark: String, question: String, index: Int, seed: UInt64) {
        self.benchmark = benchmark
        self.question = question
        self.index = index
        self.seed = seed
    }

    package var isTruncated: Bool { finishReason == "length" }
    /// Truncated answers and answers without a result do not vote.
    package var vote: String? { isTruncated ? nil : verdict?.answer }
    /// A truncated sample is wrong.
    package var score: Double { isTruncated ? 0 : verdict?.score ?? 0 }
}
