extension [ChatMessage] {
    /// The same conversation without system messages: their texts stand in front of the first user's, as R1's authors
    /// recommend ("avoid adding a system prompt; all instructions should be contained within the user prompt").
    func foldingSystemPrompt() -> [ChatMessage] {
        let texts = filter(\.isInstruction).compactMap(\.content).filter { !$0.isEmpty }
        guard contains(where: \.isInstruction) else { return self }
        var messages = filter { !$0.isInstruction }
        guard !texts.isEmpty || messages.isEmpty else { return messages }
        let text = texts.joined(separator: "\n\n")
        if let first = messages.firstIndex(where: { $0.role == .user }) {
            messages[first].content = [text, messages[first].content ?? ""].filter { !$0.isEmpty }
                .joined(separator: "\n\n")
        } else {
            messages.insert(ChatMessage(role: .user, content: text), at: 0)
        }
        return messages
    }
}

extension ChatMessage {
    fileprivate var isInstruction: Bool { role == .system || role == .developer }
}
