internal import Engine
internal import JSON

/// Anthropic's message object and its events.
struct MessageResponses: ResponseDialect {
    private let identity: ResponseIdentity
    private let omitsThinking: Bool
    /// The context, not `max_tokens`, limits the answer.
    private let isLimitedByContext: Bool
    private var output = OutputBlocks()

    /// Thinking is not signed here; clients want a signature that they send back with the block.
    static let signature = "unsigned"

    init(identity: ResponseIdentity, omitsThinking: Bool, isLimitedByContext: Bool) {
        self.identity = identity
        self.omitsThinking = omitsThinking
        self.isLimitedByContext = isLimitedByContext
    }

    /// The message without content, and the `ping` that Anthropic's API sends after it.
    func opening(
        _ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?, usage: Usage
    ) -> [StreamPayload] {
        let start = event("message_start") { writer in
            writer.key("message")
            writeMessage(isWhole: false, usage: usage, to: &writer)
        }
        return [start, event("ping") { _ in }]
    }

    mutating func payloads(of delta: OutputDelta, _ place: inout ChoicePlace) -> [StreamPayload] {
        output.append(delta).flatMap { change in
            switch change {
            case .opened(let index): [started(index)]
            case .grew(let index, let text, _): grown(index, text)
            case .closed(let index): closed(index)
            }
        }
    }

    func closing(_ usage: Usage) -> [StreamPayload] {
        let delta = event("message_delta") { writer in
            writer.key("delta")
            writer.beginObject()
            writeEnding(to: &writer)
            writer.endObject()
            writer.key("usage")
            usage.writeMessages(to: &writer)
        }
        return [delta, event("message_stop") { _ in }]
    }

    func failure(_ error: APIError, usage: Usage) -> [StreamPayload] {
        [StreamPayload(event: "error", error.anthropicBody)]
    }

    mutating func collect(_ delta: OutputDelta) {
        _ = output.append(delta)
    }

    func response(
        _ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage
    ) -> [UInt8] {
        var writer = JSONWriter()
        writeMessage(isWhole: true, usage: usage, to: &writer)
        return writer.bytes
    }
}

extension MessageResponses {
    private func event(_ type: String, _ write: (inout JSONWriter) -> Void) -> StreamPayload {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", type)
        write(&writer)
        writer.endObject()
        return StreamPayload(event: type, writer.bytes)
    }

    private func started(_ index: Int) -> StreamPayload {
        event("content_block_start") { writer in
            writer.field("index", index)
            writer.key("content_block")
            writeBlock(output.blocks[index], isWhole: false, to: &writer)
        }
    }

    private func delta(_ index: Int, _ type: String, _ field: String, _ text: String) -> StreamPayload {
        event("content_block_delta") { writer in
            writer.field("index", index)
            writer.key("delta")
            writer.beginObject()
            writer.field("type", type)
            writer.field(field, text)
            writer.endObject()
        }
    }

    private func grown(_ index: Int, _ text: String) -> [StreamPayload] {
        switch output.blocks[index].kind {
        case .reasoning: omitsThinking ? [] : [delta(index, "thinking_delta", "thinking", text)]
        case .text: [delta(index, "text_delta", "text", text)]
        case .call: [delta(index, "input_json_delta", "partial_json", text)]
        }
    }

    private func closed(_ index: Int) -> [StreamPayload] {
        let stop = event("content_block_stop") { $0.field("index", index) }
        guard output.blocks[index].kind == .reasoning else { return [stop] }
        return [delta(index, "signature_delta", "signature", Self.signature), stop]
    }

    /// - Parameter isWhole: whether the content and the end are there; else the message has only begun.
    private func writeMessage(isWhole: Bool, usage: Usage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", identity.id)
        writer.field("type", "message")
        writer.field("role", "assistant")
        writer.field("model", identity.model)
        writer.key("content")
        writer.beginArray()
        for block in isWhole ? output.blocks : [] { writeBlock(block, isWhole: true, to: &writer) }
        writer.endArray()
        writeEnding(to: &writer)
        writer.key("usage")
        usage.writeMessages(to: &writer)
        writer.endObject()
    }

    /// - Parameter isWhole: whether the content is there; else the block has only begun.
    private func writeBlock(_ block: OutputBlocks.Block, isWhole: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        switch block.kind {
        case .reasoning:
            writer.field("type", "thinking")
            writer.field("thinking", isWhole && !omitsThinking ? block.text : "")
            writer.field("signature", isWhole ? Self.signature : "")
        case .text:
            writer.field("type", "text")
            writer.field("text", isWhole ? block.text : "")
            writer.key("citations")
            writer.null()
        case .call(let id, let name):
            writer.field("type", "tool_use")
            writer.field("id", id)
            writer.field("name", name)
            writer.key("input")
            writer.value(isWhole ? block.input : [:])
        }
        writer.endObject()
    }

    private func writeEnding(to writer: inout JSONWriter) {
        writer.key("stop_reason")
        writer.value(optional: stopReason)
        writer.key("stop_sequence")
        if case .string(let text)? = output.ending?.trigger { writer.value(text) } else { writer.null() }
    }

    private var stopReason: String? {
        guard let ending = output.ending else { return nil }
        switch ending.reason {
        case .toolCalls: return "tool_use"
        case .length: return isLimitedByContext ? "model_context_window_exceeded" : "max_tokens"
        case .stop:
            if case .string? = ending.trigger { return "stop_sequence" }
            return "end_turn"
        }
    }
}

extension OutputBlocks.Block {
    /// A call's arguments as an object; an empty one where the answer was cut off inside them.
    fileprivate var input: JSONValue {
        guard let value = try? JSONValue(parsing: text), value.objectValue != nil else { return [:] }
        return value
    }
}

extension Usage {
    /// In Anthropic's words, where `input_tokens` are those that were not cached.
    fileprivate func writeMessages(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("input_tokens", promptTokens - cachedTokens)
        writer.field("cache_creation_input_tokens", 0)
        writer.field("cache_read_input_tokens", cachedTokens)
        writer.field("output_tokens", completionTokens)
        writer.key("output_tokens_details")
        writer.beginObject()
        writer.field("thinking_tokens", reasoningTokens)
        writer.endObject()
        writer.endObject()
    }
}
