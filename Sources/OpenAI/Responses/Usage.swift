internal import JSON

/// Tokens that a request cost, in OpenAI's and in DeepSeek's spelling.
package struct Usage: Sendable, Equatable {
    package var promptTokens = 0
    /// Prompt tokens whose keys and values were in the prefix cache.
    package var cachedTokens = 0
    /// All choices together, reasoning included.
    package var completionTokens = 0
    /// Tokens between the reasoning tags; the tags themselves do not count.
    package var reasoningTokens = 0

    package init() {}

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("prompt_tokens", promptTokens)
        writer.field("completion_tokens", completionTokens)
        writer.field("total_tokens", promptTokens + completionTokens)
        writer.key("prompt_tokens_details")
        writer.beginObject()
        writer.field("cached_tokens", cachedTokens)
        writer.endObject()
        writer.key("completion_tokens_details")
        writer.beginObject()
        writer.field("reasoning_tokens", reasoningTokens)
        writer.endObject()
        writer.field("prompt_cache_hit_tokens", cachedTokens)
        writer.field("prompt_cache_miss_tokens", promptTokens - cachedTokens)
        writer.endObject()
    }
}
