internal import Engine

/// How a route's responses are written, streamed and whole.
///
/// A value that may remember what it has written, such as numbers of events and open blocks: each run has a copy of its
/// own.
protocol ResponseDialect: Sendable {
    /// What a stream begins with, before the engine has begun.
    mutating func starting() -> [StreamPayload]

    /// What a choice's stream begins with.
    ///
    /// - Parameter usage: the prompt's tokens and those of them that were cached.
    mutating func opening(
        _ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?, usage: Usage
    ) -> [StreamPayload]

    /// The events of a delta: each has text of one kind, and an ending stands alone.
    mutating func payloads(of delta: OutputDelta, _ place: inout ChoicePlace) -> [StreamPayload]

    /// What a stream ends with when all choices have ended.
    mutating func closing(_ usage: Usage) -> [StreamPayload]

    /// What a stream ends with when it fails.
    mutating func failure(_ error: APIError, usage: Usage) -> [StreamPayload]

    /// Takes a delta of a response that is not streamed; for dialects whose responses keep the order of the parts.
    mutating func collect(_ delta: OutputDelta)

    /// The chunk that `return_progress` asks for; nil where the route has none.
    func progressChunk(_ progress: PromptProgress) -> StreamPayload?

    /// - Parameter choices: each with the sum of its deltas, by index.
    func response(_ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage) -> [UInt8]
}

extension ResponseDialect {
    mutating func starting() -> [StreamPayload] { [] }

    mutating func collect(_ delta: OutputDelta) {}

    /// OpenAI's envelope, and an end like any other stream's.
    mutating func failure(_ error: APIError, usage: Usage) -> [StreamPayload] {
        [StreamPayload(error.body), .done]
    }

    func progressChunk(_ progress: PromptProgress) -> StreamPayload? { nil }
}

/// A choice among those of a response, with what the writer remembers of it between chunks.
struct ChoicePlace: Sendable {
    /// Among all choices of the response.
    var index: Int
    /// Which of the request's prompts it continues.
    var prompt: Int
    /// Characters before the next token, for text completions' `text_offset`.
    var textOffset = 0
    /// What the request has cost so far; nil unless each chunk is to tell.
    var usage: Usage?
}
