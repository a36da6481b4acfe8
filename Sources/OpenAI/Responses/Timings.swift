internal import JSON

/// llama.cpp's `timings`: how long the prompt and the answer took. Times are in milliseconds.
struct Timings: Sendable, Equatable {
    /// Prompt tokens from the cache.
    var cachedTokens = 0
    /// Prompt tokens that were computed.
    var promptTokens = 0
    var promptTime = 0.0
    /// Generated tokens.
    var predictedTokens = 0
    var predictedTime = 0.0

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("cache_n", cachedTokens)
        write("prompt", promptTokens, promptTime, to: &writer)
        write("predicted", predictedTokens, predictedTime, to: &writer)
        writer.endObject()
    }

    /// A rate that nothing was measured for is 0: JSON has no infinity.
    private func write(_ name: String, _ tokens: Int, _ time: Double, to writer: inout JSONWriter) {
        writer.field("\(name)_n", tokens)
        writer.key("\(name)_ms")
        writer.value(time)
        writer.key("\(name)_per_token_ms")
        writer.value(tokens > 0 ? time / Double(tokens) : 0)
        writer.key("\(name)_per_second")
        writer.value(time > 0 ? Double(tokens) / time * 1000 : 0)
    }
}

/// llama.cpp's `prompt_progress`: how far the computation of a prompt has come.
struct PromptProgress: Sendable, Equatable {
    /// Tokens of all prompts of the request.
    var total: Int
    /// Of these from the cache.
    var cachedTokens: Int
    /// Computed or from the cache.
    var processed: Int
    /// Milliseconds since the first step.
    var time: Double

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("total", total)
        writer.field("cache", cachedTokens)
        writer.field("processed", processed)
        writer.key("time_ms")
        writer.value(time)
        writer.endObject()
    }
}

extension [UInt8] {
    /// A JSON object with one more field at its end.
    func adding(_ field: String, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
        precondition(last == UInt8(ascii: "}"), "the bytes are no JSON object")
        var writer = JSONWriter()
        writer.beginObject()
        writer.key(field)
        write(&writer)
        writer.endObject()
        return dropLast() + (count > 2 ? [UInt8(ascii: ",")] : []) + writer.bytes.dropFirst()
    }
}
