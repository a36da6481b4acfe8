internal import JSON

/// Collects messages in the shape of chat completions from the items or blocks of another API.
struct ChatConversation: Sendable {
    fileprivate struct Message {
        var role: String
        var texts: [String] = []
        var reasoning: [String] = []
        var calls: [JSONValue] = []
        var toolCallID: String?
        /// Path in the request that is translated.
        var source: String
    }

    fileprivate var messages: [Message] = []

    /// Whether the last message is the assistant's, has text and no calls: a beginning that the model may go on with.
    var endsInAssistantText: Bool {
        guard let last = messages.last else { return false }
        return last.role == "assistant" && !last.texts.isEmpty && last.calls.isEmpty
    }

    var isEmpty: Bool { messages.isEmpty }

    /// How many of the oldest messages can go at most: all but those of the system and the last one.
    var droppable: Int { max(0, messages.count { !$0.isSystem } - 1) }

    /// Drops the oldest messages but the system's, and results of tools whose calls went with them.
    mutating func dropOldest(_ count: Int) {
        var dropped = 0
        var followsDropped = true
        messages.removeAll { message in
            guard !message.isSystem else { return false }
            dropped += 1
            guard dropped > count else { return true }
            if message.role != "tool" { followsDropped = false }
            return followsDropped
        }
    }

    /// - Parameters:
    ///   - joinsTurn: whether texts go on with a message of the same role that is the last.
    ///   - source: path in the request that is translated.
    mutating func add(_ role: String, texts: [String], joinsTurn: Bool = false, source: String) {
        if let last = messages.last, last.role == role, role != "tool" {
            let isUnsaid = role == "assistant" && last.texts.isEmpty && last.calls.isEmpty
            if joinsTurn || isUnsaid {
                messages[messages.count - 1].texts += texts
                return
            }
        }
        messages.append(Message(role: role, texts: texts, source: source))
    }

    /// A chain of thought, which belongs to what the assistant says next.
    mutating func add(reasoning: String, source: String) {
        if let last = messages.last, last.role == "assistant", last.texts.isEmpty, last.calls.isEmpty {
            messages[messages.count - 1].reasoning.append(reasoning)
        } else {
            messages.append(Message(role: "assistant", reasoning: [reasoning], source: source))
        }
    }

    /// A call that belongs to what the assistant said before, if it did.
    mutating func add(call name: String, id: String, arguments: String, source: String) {
        if messages.last?.role != "assistant" { messages.append(Message(role: "assistant", source: source)) }
        messages[messages.count - 1].calls.append([
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ])
    }

    mutating func add(resultOf id: String, texts: [String], source: String) {
        messages.append(Message(role: "tool", texts: texts, toolCallID: id, source: source))
    }

    /// Sets `messages` of a chat request.
    ///
    /// - Parameter source: the field of the other request that the messages come from.
    func write(to chat: inout ChatTranslation, source: String) {
        chat.set("messages", .array(messages.map(\.json)), from: source)
        for (index, message) in messages.enumerated() { chat.rename("messages[\(index)]", message.source) }
    }
}

extension ChatConversation.Message {
    fileprivate var isSystem: Bool { role == "system" || role == "developer" }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["role": .string(role)]
        let parts = texts.map { JSONValue.object(["type": "text", "text": .string($0)]) }
        object["content"] =
            switch texts.count {
            case 0: role == "assistant" && !calls.isEmpty ? .null : ""
            case 1: .string(texts[0])
            default: .array(parts)
            }
        if !reasoning.isEmpty { object["reasoning_content"] = .string(reasoning.joined(separator: "\n")) }
        if !calls.isEmpty { object["tool_calls"] = .array(calls) }
        if let toolCallID { object["tool_call_id"] = .string(toolCallID) }
        return .object(object)
    }
}
