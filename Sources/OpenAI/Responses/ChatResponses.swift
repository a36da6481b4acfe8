internal import Engine
internal import JSON
internal import Tokenization

/// `chat.completion` and `chat.completion.chunk`.
///
/// A delta names both `content` and `reasoning_content`, the one that is not meant as null, as DeepSeek's API does: its
/// clients read both keys of every delta.
struct ChatResponses: ResponseDialect {
    private let tokenizer: Tokenizer
    private let identity: ResponseIdentity
    private let prompt: [Int32]
    private let returnsTokens: Bool
    private let wantsLogprobs: Bool
    private let includesUsage: Bool
    private let calls: ToolCallWriter
    /// The chunk up to its list of choices, and from its end.
    private let chunkHead: [UInt8]

    init(
        identity: ResponseIdentity, tokenizer: Tokenizer, prompt: [Int32], returnsTokens: Bool, wantsLogprobs: Bool,
        includesUsage: Bool, calls: ToolCallWriter = ToolCallWriter(isLegacy: false)
    ) {
        self.tokenizer = tokenizer
        self.identity = identity
        self.prompt = prompt
        self.returnsTokens = returnsTokens
        self.wantsLogprobs = wantsLogprobs
        self.includesUsage = includesUsage
        self.calls = calls
        var writer = JSONWriter()
        writer.beginObject()
        identity.write(object: "chat.completion.chunk", to: &writer)
        writer.key("choices")
        chunkHead = writer.bytes
    }

    func opening(
        _ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?, usage: Usage
    ) -> [StreamPayload] {
        let opening = chunk(place, tokens: []) { writer in
            writer.field("role", "assistant")
            writer.field("content", "")
            writer.key("reasoning_content")
            writer.null()
        } ending: {
            if returnsTokens {
                $0.key("prompt_token_ids")
                $0.value(prompt)
            }
        }
        return [opening]
    }

    func payloads(of delta: OutputDelta, _ place: inout ChoicePlace) -> [StreamPayload] {
        var chunks: [StreamPayload] = []
        var tokens = delta.tokens
        if !delta.reasoning.isEmpty || !delta.reasoningLogprobs.isEmpty {
            var part = OutputDelta()
            part.reasoningLogprobs = delta.reasoningLogprobs
            chunks.append(
                chunk(place, tokens: tokens, logprobs: part) { writer in
                    writer.key("content")
                    writer.null()
                    writer.field("reasoning_content", delta.reasoning)
                })
            tokens = []
        }
        if !delta.content.isEmpty || !delta.contentLogprobs.isEmpty {
            var part = OutputDelta()
            part.contentLogprobs = delta.contentLogprobs
            chunks.append(chunk(place, tokens: tokens, logprobs: part) { writeContent(delta.content, to: &$0) })
            tokens = []
        }
        if !delta.toolCalls.isEmpty {
            chunks.append(
                chunk(place, tokens: tokens) { writer in
                    writer.key("content")
                    writer.null()
                    writer.key("reasoning_content")
                    writer.null()
                    calls.write(deltas: delta.toolCalls, to: &writer)
                })
            tokens = []
        }
        if let ending = delta.ending {
            chunks.append(chunk(place, tokens: tokens, ending: ending) { writeContent("", to: &$0) })
        }
        return chunks
    }

    func progressChunk(_ progress: PromptProgress) -> StreamPayload? {
        var writer = JSONWriter(chunkHead)
        writer.beginArray()
        writer.endArray()
        writer.key("prompt_progress")
        progress.write(to: &writer)
        writer.endObject()
        return StreamPayload(writer.bytes)
    }

    func closing(_ usage: Usage) -> [StreamPayload] {
        includesUsage ? [usageChunk(usage), .done] : [.done]
    }

    /// The chunk without choices that `include_usage` asks for.
    private func usageChunk(_ usage: Usage) -> StreamPayload {
        var writer = JSONWriter(chunkHead)
        writer.beginArray()
        writer.endArray()
        writer.key("usage")
        usage.write(to: &writer)
        writer.endObject()
        return StreamPayload(writer.bytes)
    }

    func response(
        _ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        identity.write(object: "chat.completion", to: &writer)
        writer.key("choices")
        writer.beginArray()
        for (place, output) in choices {
            writer.beginObject()
            writer.field("index", place.index)
            writer.key("message")
            writer.beginObject()
            writer.field("role", "assistant")
            writer.key("content")
            writer.value(optional: output.content.isEmpty && !output.toolCalls.isEmpty ? nil : output.content)
            writer.key("reasoning_content")
            writer.value(optional: output.reasoning.isEmpty ? nil : output.reasoning)
            writer.key("refusal")
            writer.null()
            calls.write(output.toolCalls, to: &writer)
            writer.endObject()
            writeLogprobs(of: output, to: &writer)
            write(output.ending, tokens: output.tokens, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("usage")
        usage.write(to: &writer)
        if returnsTokens {
            writer.key("prompt_token_ids")
            writer.value(prompt)
        }
        writer.endObject()
        return writer.bytes
    }

    private func writeContent(_ text: String, to writer: inout JSONWriter) {
        writer.field("content", text)
        writer.key("reasoning_content")
        writer.null()
    }

    private func chunk(
        _ place: ChoicePlace, tokens: [Int32], logprobs: OutputDelta = OutputDelta(),
        ending: OutputDelta.Ending? = nil, delta: (inout JSONWriter) -> Void,
        ending writeEnd: (inout JSONWriter) -> Void = { _ in }
    ) -> StreamPayload {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(chunkHead.count + 192)
        bytes.append(contentsOf: chunkHead)
        var writer = JSONWriter(bytes)
        writer.beginArray()
        writer.beginObject()
        writer.field("index", place.index)
        writer.key("delta")
        writer.beginObject()
        delta(&writer)
        writer.endObject()
        writeLogprobs(of: logprobs, to: &writer)
        write(ending, tokens: tokens, to: &writer)
        writer.endObject()
        writer.endArray()
        writeEnd(&writer)
        if includesUsage {
            writer.key("usage")
            writer.null()
        }
        writer.endObject()
        return StreamPayload(writer.bytes)
    }

    /// `finish_reason`, with `stop_reason` at the end and `token_ids` where they are wanted, as vLLM has them.
    private func write(_ ending: OutputDelta.Ending?, tokens: [Int32], to writer: inout JSONWriter) {
        writer.key("finish_reason")
        writer.value(optional: ending.map { calls.finishReason($0.reason) })
        if let ending { ending.writeTrigger(to: &writer) }
        if returnsTokens {
            writer.key("token_ids")
            writer.value(tokens)
        }
    }

    /// `logprobs`: OpenAI's lists, and DeepSeek's for the reasoning.
    private func writeLogprobs(of output: OutputDelta, to writer: inout JSONWriter) {
        writer.key("logprobs")
        guard wantsLogprobs else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.key("content")
        writer.value(output.contentLogprobs, tokenizer)
        writer.key("reasoning_content")
        writer.value(output.reasoningLogprobs, tokenizer)
        writer.key("refusal")
        writer.null()
        writer.endObject()
    }
}

extension OutputDelta.Ending {
    /// `stop_reason`: the string or token id that the request asked to stop at, vLLM's word for a loop, else null.
    func writeTrigger(to writer: inout JSONWriter) {
        writer.key("stop_reason")
        switch trigger {
        case .string(let text): writer.value(text)
        case .token(let token): writer.value(Int(token))
        case .repetition: writer.value("repetition_detected")
        case nil: writer.null()
        }
    }
}
