internal import Engine
internal import FoundationEssentials
internal import JSON
internal import Tokenization

/// The response object of /v1/responses and its events.
///
/// A chain of thought is an item with `reasoning_text`, as DeepSeek's API and vLLM have it; there are no summaries.
/// The stream ends with `response.completed`, `response.incomplete` or `response.failed`, not with `[DONE]`.
struct ItemResponses: ResponseDialect {
    private enum State {
        case inProgress
        case ended
        case failed(APIError)
    }

    private let identity: ResponseIdentity
    private let request: ResponsesRequest
    private let tokenizer: Tokenizer
    /// nil: the response is not to be kept.
    private let store: ResponseStore?
    private var output = OutputBlocks()
    /// Of the next event.
    private var sequenceNumber = 0

    init(identity: ResponseIdentity, request: ResponsesRequest, tokenizer: Tokenizer, store: ResponseStore) {
        self.identity = identity
        self.request = request
        self.tokenizer = tokenizer
        self.store = request.stores ? store : nil
    }

    mutating func starting() -> [StreamPayload] {
        ["response.created", "response.in_progress"].map { type in
            responseEvent(type, body(.inProgress, usage: nil))
        }
    }

    func opening(
        _ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?, usage: Usage
    ) -> [StreamPayload] {
        []
    }

    mutating func payloads(of delta: OutputDelta, _ place: inout ChoicePlace) -> [StreamPayload] {
        output.append(delta).flatMap { change in
            switch change {
            case .opened(let index): events(ofOpened: index)
            case .grew(let index, let text, let logprobs): [event(ofGrown: index, text, logprobs)]
            case .closed(let index): events(ofClosed: index)
            }
        }
    }

    mutating func closing(_ usage: Usage) -> [StreamPayload] {
        let body = body(.ended, usage: usage)
        keep(body)
        return [responseEvent(isCutOff ? "response.incomplete" : "response.completed", body)]
    }

    mutating func failure(_ error: APIError, usage: Usage) -> [StreamPayload] {
        let report = event("error") { writer in
            writer.key("code")
            writer.value(optional: error.code ?? error.type)
            writer.field("message", error.message)
            writer.key("param")
            writer.value(optional: error.param)
        }
        return [report, responseEvent("response.failed", body(.failed(error), usage: usage))]
    }

    mutating func collect(_ delta: OutputDelta) {
        _ = output.append(delta)
    }

    func response(
        _ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage
    ) -> [UInt8] {
        let body = body(.ended, usage: usage)
        keep(body)
        return body
    }

    /// The answer ran out of tokens.
    private var isCutOff: Bool { output.ending?.reason == .length }

    private func keep(_ body: [UInt8]) {
        store?.insert(
            StoredResponse(
                id: identity.id, body: body, input: request.input,
                output: output.blocks.indices.map { item($0) }))
    }

    /// - Parameter isOpen: whether the item has only begun.
    private func item(_ index: Int, isOpen: Bool = false) -> ResponseItem {
        let block = output.blocks[index]
        let kind: ResponseItem.Kind =
            switch block.kind {
            case .reasoning: .reasoning(block.text)
            case .text: .message(role: .assistant, texts: [block.text])
            case .call(let callID, let name): .call(id: callID, name: name, arguments: block.text)
            }
        var item = ResponseItem(id: id(of: index), kind: kind, logprobs: block.logprobs)
        let isLast = index == output.blocks.count - 1
        item.status = isOpen ? .inProgress : isLast && isCutOff ? .incomplete : .completed
        return item
    }

    private func id(of index: Int) -> String {
        let prefix =
            switch output.blocks[index].kind {
            case .reasoning: "rs_"
            case .text: "msg_"
            case .call: "fc_"
            }
        return identity.id.itemID(prefix, "\(index)")
    }
}

extension ItemResponses {
    private mutating func event(_ type: String, _ write: (inout JSONWriter) -> Void) -> StreamPayload {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", type)
        writer.field("sequence_number", sequenceNumber)
        write(&writer)
        writer.endObject()
        sequenceNumber += 1
        return StreamPayload(event: type, writer.bytes)
    }

    private mutating func responseEvent(_ type: String, _ body: [UInt8]) -> StreamPayload {
        event(type) { writer in
            writer.key("response")
            writer.raw(body)
        }
    }

    private mutating func itemEvent(_ type: String, _ index: Int, _ item: ResponseItem) -> StreamPayload {
        let tokenizer = tokenizer
        return event(type) { writer in
            writer.field("output_index", index)
            writer.key("item")
            item.write(to: &writer, tokenizer)
        }
    }

    /// An event about an item's content.
    private mutating func contentEvent(
        _ type: String, _ index: Int, hasParts: Bool = true, _ write: (inout JSONWriter) -> Void
    ) -> StreamPayload {
        let id = id(of: index)
        return event(type) { writer in
            writer.field("item_id", id)
            writer.field("output_index", index)
            if hasParts { writer.field("content_index", 0) }
            write(&writer)
        }
    }

    private mutating func partEvent(_ type: String, _ index: Int, isOpen: Bool) -> StreamPayload {
        let block = output.blocks[index]
        let tokenizer = tokenizer
        return contentEvent(type, index) { writer in
            writer.key("part")
            if block.kind == .text {
                ResponseItem.writeText(
                    isOpen ? "" : block.text, isOpen ? [] : block.logprobs, tokenizer, to: &writer)
            } else {
                ResponseItem.writePart("reasoning_text", isOpen ? "" : block.text, to: &writer)
            }
        }
    }

    private mutating func events(ofOpened index: Int) -> [StreamPayload] {
        var events = [itemEvent("response.output_item.added", index, item(index, isOpen: true))]
        if case .call = output.blocks[index].kind { return events }
        events.append(partEvent("response.content_part.added", index, isOpen: true))
        return events
    }

    private mutating func event(
        ofGrown index: Int, _ text: String, _ logprobs: [OutputDelta.TokenLogprob]
    ) -> StreamPayload {
        let tokenizer = tokenizer
        switch output.blocks[index].kind {
        case .reasoning:
            return contentEvent("response.reasoning_text.delta", index) { $0.field("delta", text) }
        case .text:
            return contentEvent("response.output_text.delta", index) { writer in
                writer.field("delta", text)
                writer.key("logprobs")
                writer.value(logprobs, tokenizer)
            }
        case .call:
            return contentEvent("response.function_call_arguments.delta", index, hasParts: false) {
                $0.field("delta", text)
            }
        }
    }

    private mutating func events(ofClosed index: Int) -> [StreamPayload] {
        let block = output.blocks[index]
        let tokenizer = tokenizer
        var events: [StreamPayload] = []
        switch block.kind {
        case .reasoning:
            events.append(contentEvent("response.reasoning_text.done", index) { $0.field("text", block.text) })
            events.append(partEvent("response.content_part.done", index, isOpen: false))
        case .text:
            events.append(
                contentEvent("response.output_text.done", index) { writer in
                    writer.field("text", block.text)
                    writer.key("logprobs")
                    writer.value(block.logprobs, tokenizer)
                })
            events.append(partEvent("response.content_part.done", index, isOpen: false))
        case .call(_, let name):
            events.append(
                contentEvent("response.function_call_arguments.done", index, hasParts: false) { writer in
                    writer.field("name", name)
                    writer.field("arguments", block.text)
                })
        }
        events.append(itemEvent("response.output_item.done", index, item(index)))
        return events
    }
}

extension ItemResponses {
    private func body(_ state: State, usage: Usage?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("id", identity.id)
        writer.field("object", "response")
        writer.field("created_at", identity.created)
        writer.field("model", identity.model)
        writeState(state, to: &writer)
        writer.key("output")
        writer.beginArray()
        if case .inProgress = state {
        } else {
            for index in output.blocks.indices { item(index).write(to: &writer, tokenizer) }
        }
        writer.endArray()
        for (key, value) in request.echo {
            writer.key(key)
            writer.value(value)
        }
        writer.key("usage")
        if let usage { usage.writeItems(to: &writer) } else { writer.null() }
        writer.endObject()
        return writer.bytes
    }

    private func writeState(_ state: State, to writer: inout JSONWriter) {
        var error: APIError?
        switch state {
        case .inProgress: writer.field("status", "in_progress")
        case .ended: writer.field("status", isCutOff ? "incomplete" : "completed")
        case .failed(let reason):
            writer.field("status", "failed")
            error = reason
        }
        writer.key("completed_at")
        if case .ended = state, !isCutOff {
            writer.value(Int(Date().timeIntervalSince1970))
        } else {
            writer.null()
        }
        writer.key("error")
        if let error {
            writer.beginObject()
            writer.field("code", error.status == 429 ? "rate_limit_exceeded" : "server_error")
            writer.field("message", error.message)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("incomplete_details")
        if case .ended = state, isCutOff {
            writer.beginObject()
            writer.field("reason", "max_output_tokens")
            writer.endObject()
        } else {
            writer.null()
        }
    }
}

extension Usage {
    /// In the words of /v1/responses.
    fileprivate func writeItems(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("input_tokens", promptTokens)
        writer.key("input_tokens_details")
        writer.beginObject()
        writer.field("cached_tokens", cachedTokens)
        writer.field("cache_write_tokens", 0)
        writer.endObject()
        writer.field("output_tokens", completionTokens)
        writer.key("output_tokens_details")
        writer.beginObject()
        writer.field("reasoning_tokens", reasoningTokens)
        writer.endObject()
        writer.field("total_tokens", promptTokens + completionTokens)
        writer.endObject()
    }
}
