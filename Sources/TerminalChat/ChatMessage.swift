internal import JSON

/// One message of a conversation.
package struct ChatMessage: Hashable, Sendable {
    package enum Role: String, Sendable {
        case user, assistant
    }

    package var role: Role
    package var content: String
    /// The chain of thought before the content.
    package var reasoning = ""
    /// Why the answer ended: OpenAI's reasons, `stopped` where the user did it, `lost` where the connection did.
    package var finish: String?
    package var figures: AnswerFigures?

    package init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }

    /// What the server is sent; chains of thought stay out, as R1's template wants it.
    var requestValue: JSONValue { ["role": .string(role.rawValue), "content": .string(content)] }

    /// What is saved.
    var savedValue: JSONValue {
        var object: JSONObject = ["role": .string(role.rawValue), "content": .string(content)]
        if !reasoning.isEmpty { object["reasoning_content"] = .string(reasoning) }
        if let finish { object["finish_reason"] = .string(finish) }
        return .object(object)
    }
}
