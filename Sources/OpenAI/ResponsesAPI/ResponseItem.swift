internal import Engine
internal import JSON
internal import Tokenization

/// An item of a response's input or output.
package struct ResponseItem: Sendable {
    enum Status: String, Sendable {
        case inProgress = "in_progress"
        case completed, incomplete
    }

    enum Kind: Sendable {
        case message(role: ChatMessage.Role, texts: [String])
        case reasoning(String)
        case call(id: String, name: String, arguments: String)
        case result(callID: String, texts: [String])
    }

    var id: String
    var kind: Kind
    var status = Status.completed
    /// Of the text of the assistant's message.
    var logprobs: [OutputDelta.TokenLogprob] = []

    /// An item in progress has no content yet.
    func write(to writer: inout JSONWriter, _ tokenizer: Tokenizer) {
        writer.beginObject()
        writer.field("id", id)
        switch kind {
        case .message(let role, let texts):
            writer.field("type", "message")
            writer.field("status", status.rawValue)
            writer.field("role", role.rawValue)
            writer.key("content")
            writer.beginArray()
            for text in status == .inProgress ? [] : texts {
                if role == .assistant {
                    Self.writeText(text, logprobs, tokenizer, to: &writer)
                } else {
                    Self.writePart("input_text", text, to: &writer)
                }
            }
            writer.endArray()
        case .reasoning(let text):
            writer.field("type", "reasoning")
            writer.field("status", status.rawValue)
            writer.key("summary")
            writer.beginArray()
            writer.endArray()
            writer.key("content")
            writer.beginArray()
            if status != .inProgress { Self.writePart("reasoning_text", text, to: &writer) }
            writer.endArray()
            writer.key("encrypted_content")
            writer.null()
        case .call(let callID, let name, let arguments):
            writer.field("type", "function_call")
            writer.field("status", status.rawValue)
            writer.field("call_id", callID)
            writer.field("name", name)
            writer.field("arguments", status == .inProgress ? "" : arguments)
        case .result(let callID, let texts):
            writer.field("type", "function_call_output")
            writer.field("status", status.rawValue)
            writer.field("call_id", callID)
            writer.key("output")
            if texts.count == 1 {
                writer.value(texts[0])
            } else {
                writer.beginArray()
                for text in texts { Self.writePart("input_text", text, to: &writer) }
                writer.endArray()
            }
        }
        writer.endObject()
    }

    /// A part of an assistant's message.
    static func writeText(
        _ text: String, _ logprobs: [OutputDelta.TokenLogprob], _ tokenizer: Tokenizer, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.field("type", "output_text")
        writer.field("text", text)
        writer.key("annotations")
        writer.beginArray()
        writer.endArray()
        writer.key("logprobs")
        writer.value(logprobs, tokenizer)
        writer.endObject()
    }

    static func writePart(_ type: String, _ text: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("type", type)
        writer.field("text", text)
        writer.endObject()
    }

    /// Bytes of memory, near enough for a limit.
    var size: Int {
        let texts =
            switch kind {
            case .message(_, let texts): texts.reduce(0) { $0 + 16 + $1.utf8.count }
            case .reasoning(let text): text.utf8.count
            case .call(let callID, let name, let arguments):
                callID.utf8.count + name.utf8.count + arguments.utf8.count
            case .result(let callID, let texts): texts.reduce(callID.utf8.count) { $0 + 16 + $1.utf8.count }
            }
        return 200 + texts + logprobs.reduce(0) { $0 + 64 + 16 * $1.logprobs.top.count }
    }
}

extension [ResponseItem] {
    /// The items as messages of a conversation.
    ///
    /// - Parameter source: path of the items in the request, without their number; items before `offset` come from
    ///   elsewhere and have the path alone.
    func addMessages(to conversation: inout ChatConversation, source: String, offset: Int = 0) {
        for (index, item) in enumerated() {
            let place = index < offset ? source : "\(source)[\(index - offset)]"
            switch item.kind {
            case .message(let role, let texts):
                conversation.add(role.rawValue, texts: texts, source: place)
            case .reasoning(let text):
                conversation.add(reasoning: text, source: place)
            case .call(let callID, let name, let arguments):
                conversation.add(call: name, id: callID, arguments: arguments, source: place)
            case .result(let callID, let texts):
                conversation.add(resultOf: callID, texts: texts, source: place)
            }
        }
    }
}
