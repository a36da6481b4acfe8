package import JSON
internal import Terminal

/// The messages of a chat with its settings, as they are asked with, saved and loaded.
package struct Conversation: Hashable, Sendable {
    package var settings = ChatSettings()
    package var messages: [ChatMessage] = []

    package init() {}

    /// The body of a streamed request for the next answer. Answers that came to nothing are left out.
    package var request: JSONObject {
        var body = settings.fields
        var sent: [JSONValue] = []
        if let system = settings.system { sent.append(["role": "system", "content": .string(system)]) }
        sent += messages.filter { $0.role == .user || !$0.content.isEmpty }.map(\.requestValue)
        body["messages"] = .array(sent)
        body["stream"] = true
        body["stream_options"] = ["include_usage": true, "continuous_usage_stats": true]
        body["return_progress"] = true
        return body
    }

    /// The last answer that holds a chain of thought.
    package var lastThought: ChatMessage? { messages.last { !$0.reasoning.isEmpty } }

    /// Takes back the last answer, so that its question can be asked again. Returns false where there is no question.
    package mutating func dropAnswer() -> Bool {
        while messages.last?.role == .assistant { messages.removeLast() }
        return !messages.isEmpty
    }

    /// Takes back the last question with its answer; returns the question.
    package mutating func dropExchange() -> String? {
        dropAnswer() ? messages.removeLast().content : nil
    }

    // MARK: Files

    /// `{"messages": […], …}`: a request of OpenAI's that has been answered.
    package var saved: JSONValue {
        var object = settings.fields
        var all = messages.map(\.savedValue)
        if let system = settings.system { all.insert(["role": "system", "content": .string(system)], at: 0) }
        object["messages"] = .array(all)
        return .object(object)
    }

    /// Reads what `saved` wrote, any request of OpenAI's, or its messages alone.
    package init(_ text: String) throws(ChatFileError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text)
        } catch {
            throw ChatFileError("is no JSON: \(error)")
        }
        guard let list = value["messages"]?.arrayValue ?? value.arrayValue else {
            throw ChatFileError("has no messages: it must be an object with messages, as /save writes it.")
        }
        if let object = value.objectValue { settings = ChatSettings(object) }
        for (index, entry) in list.enumerated() {
            guard let role = entry["role"]?.stringValue, let content = entry["content"]?.stringValue else {
                throw ChatFileError("has no text in messages[\(index)]: role and content must be strings.")
            }
            if role == "system" {
                settings.system = content
                continue
            }
            guard let known = ChatMessage.Role(rawValue: role) else {
                throw ChatFileError("has the role \"\(role)\" in messages[\(index)]; use system, user or assistant.")
            }
            var message = ChatMessage(known, content)
            message.reasoning = entry["reasoning_content"]?.stringValue ?? ""
            message.finish = entry["finish_reason"]?.stringValue
            messages.append(message)
        }
    }

    /// For people: a heading for each message, chains of thought as quotations.
    package var markdown: String {
        var parts: [String] = []
        if let system = settings.system { parts.append("## System\n\n\(system)") }
        for message in messages {
            var part = message.role == .user ? "## User\n\n" : "## \(settings.model ?? "Assistant")\n\n"
            if !message.reasoning.isEmpty {
                let lines = message.reasoning.trimmed.split(separator: "\n", omittingEmptySubsequences: false)
                part += lines.map { $0.isEmpty ? ">" : "> \($0)" }.joined(separator: "\n") + "\n\n"
            }
            part += message.content.trimmed
            if message.finish == "stopped" { part += "\n\n*(stopped)*" }
            parts.append(part)
        }
        return parts.joined(separator: "\n\n") + "\n"
    }
}
