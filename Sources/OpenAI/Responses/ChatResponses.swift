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
    private let prompt: TextResponses.Prompt
    private let options: ResponseOptions
    private let calls: ToolCallWriter
    /// The chunk up to its list of choices, and from its end.
    private let chunkHead: [UInt8]

    init(
        identity: ResponseIdentity, tokenizer: Tokenizer, prompt: TextResponses.Prompt, options: ResponseOptions,
        calls: ToolCallWriter = ToolCallWriter(isLegacy: false)
    ) {
        self.tokenizer = tokenizer
        self.identity = identity
        self.prompt = prompt
        self.options = options
        self.calls = calls
        var writer = JSONWriter()
        writer.beginObject()
        identity.write(object: "chat.completion.chunk", to: &writer)
        if options.namesServiceTier { writer.field("service_tier", "default") }
        writer.key("choices")
        chunkHead = writer.bytes
    }

    func opening(
        _ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?, usage: Usage
    ) -> [StreamPayload] {
        let opening = chunk(place, tokens: []) { writer in
            writer.field("role", "assistant")
            writeContent("", to: &writer)
        } ending: {
            options.write(prompt, promptLogprobs, tokenizer, to: &$0)
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
                    writeReasoning(delta.reasoning, to: &writer)
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
        .aside("prompt_progress", head: chunkHead) { progress.write(to: &$0) }
    }

    func closing(_ usage: Usage) -> [StreamPayload] {
        options.includesUsage ? [.aside("usage", head: chunkHead) { usage.write(to: &$0) }, .done] : [.done]
    }

    func response(
        _ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        identity.write(object: "chat.completion", to: &writer)
        if options.namesServiceTier { writer.field("service_tier", "default") }
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
            writeReasoning(output.reasoning.isEmpty ? nil : output.reasoning, to: &writer)
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
        options.write(prompt, promptLogprobs.first ?? nil, tokenizer, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func writeContent(_ text: String, to writer: inout JSONWriter) {
        writer.field("content", text)
        writeReasoning(nil, to: &writer)
    }

    private func writeReasoning(_ text: String?, to writer: inout JSONWriter) {
        for key in options.reasoningField.keys {
            writer.key(key)
            writer.value(optional: text)
        }
    }

    private func chunk(
        _ place: ChoicePlace, tokens: [Int32], logprobs: OutputDelta = OutputDelta(),
        ending: OutputDelta.Ending? = nil, delta: (inout JSONWriter) -> Void,
        ending writeEnd: (inout JSONWriter) -> Void = { _ in }
    ) -> StreamPayload {
        var writer = StreamPayload.chunkWriter(head: chunkHead)
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
        if options.includesUsage {
            writer.key("usage")
            if let usage = place.usage { usage.write(to: &writer) } else { writer.null() }
        }
        writer.endObject()
        return StreamPayload(writer.bytes)
    }

    /// `finish_reason`, with `stop_reason` at the end and `token_ids` where they are wanted, as vLLM has them.
    private func write(_ ending: OutputDelta.Ending?, tokens: [Int32], to writer: inout JSONWriter) {
        writer.key("finish_reason")
        writer.value(optional: ending.map { calls.finishReason($0.reason) })
        if let ending { ending.writeTrigger(to: &writer) }
        if options.returnsTokens {
            writer.key("token_ids")
            writer.value(tokens)
        }
    }

    /// `logprobs`: OpenAI's lists, and DeepSeek's for the reasoning.
    private func writeLogprobs(of output: OutputDelta, to writer: inout JSONWriter) {
        writer.key("logprobs")
        guard options.wantsLogprobs else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.key("content")
        writer.value(output.contentLogprobs, tokenizer, byID: options.namesTokensByID)
        writer.key("reasoning_content")
        writer.value(output.reasoningLogprobs, tokenizer, byID: options.namesTokensByID)
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
