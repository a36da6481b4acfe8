internal import Engine

/// How a route's responses are written, streamed and whole.
protocol ResponseDialect: Sendable {
    /// The chunk that a choice's stream begins with; nil if there is none.
    func opening(_ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?) -> [UInt8]?

    /// The chunks of a delta: each has text of one kind, and an ending stands alone.
    func chunks(of delta: OutputDelta, _ place: inout ChoicePlace) -> [[UInt8]]

    /// The chunk without choices that `include_usage` asks for.
    func usageChunk(_ usage: Usage) -> [UInt8]

    /// The chunk that `return_progress` asks for; nil where the route has none.
    func progressChunk(_ progress: PromptProgress) -> [UInt8]?

    /// - Parameter choices: each with the sum of its deltas, by index.
    func response(_ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage) -> [UInt8]
}

extension ResponseDialect {
    func progressChunk(_ progress: PromptProgress) -> [UInt8]? { nil }
}

/// A choice among those of a response, with what the writer remembers of it between chunks.
struct ChoicePlace: Sendable {
    /// Among all choices of the response.
    var index: Int
    /// Which of the request's prompts it continues.
    var prompt: Int
    /// Characters before the next token, for text completions' `text_offset`.
    var textOffset = 0
}
