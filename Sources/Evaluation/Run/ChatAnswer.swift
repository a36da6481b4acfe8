import JSON

/// One streamed answer, put together from its events.
struct ChatAnswer: Sendable, Equatable {
    var reasoning = ""
    var content = ""
    var finishReason: String?
    var promptTokens = 0
    var cachedTokens = 0
    var reasoningTokens: Int?
    var completionTokens: Int?
    /// Events with text: about the tokens, where the server counts none.
    var deltas = 0
    var fingerprint: String?

    /// Takes in an event's object. Throws what the server says went wrong in the middle of its answer.
    mutating func append(_ event: JSONValue) throws(ChatError) {
        if let error = event["error"], !error.isNull {
            throw ChatError(.transient, "the stream ended with an error: \(error.serialized().prefix(500))")
        }
        if let name = event["system_fingerprint"]?.stringValue { fingerprint = name }
        if let choice = event["choices"]?[0] {
            let delta = choice["delta"]
            let thought = delta?["reasoning_content"]?.stringValue ?? delta?["reasoning"]?.stringValue ?? ""
            let text = delta?["content"]?.stringValue ?? ""
            if !thought.isEmpty || !text.isEmpty { deltas += 1 }
            reasoning += thought
            content += text
            if let reason = choice["finish_reason"]?.stringValue { finishReason = reason }
        }
        guard let usage = event["usage"], usage.objectValue != nil else { return }
        promptTokens = usage["prompt_tokens"]?.intValue ?? promptTokens
        cachedTokens = usage["prompt_tokens_details"]?["cached_tokens"]?.intValue ?? cachedTokens
        completionTokens = usage["completion_tokens"]?.intValue ?? completionTokens
        reasoningTokens = usage["completion_tokens_details"]?["reasoning_tokens"]?.intValue ?? reasoningTokens
    }

    /// Parts reasoning from the answer where the server left both in the content. What has no `</think>` after its
    /// `<think>` is reasoning without an answer.
    mutating func splitReasoning() {
        guard reasoning.isEmpty else { return }
        let opening = content.prefix { $0.isWhitespace }.endIndex
        let opened = content[opening...].hasPrefix("<think>")
        let body = opened ? content[opening...].dropFirst("<think>".count) : content[...]
        if let end = body.firstRange(of: "</think>") {
            reasoning = String(body[..<end.lowerBound])
            content = String(body[end.upperBound...].drop { $0.isNewline })
        } else if opened {
            reasoning = String(body)
            content = ""
        }
    }

    /// Tokens of the answer, or the events that it came in.
    var tokens: Int { completionTokens ?? deltas }

    /// Tokens of the reasoning; by its share of the text where the server does not count them.
    var thoughtTokens: Int {
        if let reasoningTokens { return reasoningTokens }
        let (thought, text) = (reasoning.utf8.count, content.utf8.count)
        return thought == 0 ? 0 : tokens * thought / (thought + text)
    }
}
