extension [ChatMessage] {
    /// Takes the chains of thought of earlier turns away, as DeepSeek's API does.
    ///
    /// They stay inside a tool loop, in messages with tool calls after the last user's, so that the model goes on with
    /// its own thoughts, if the template writes them (R1's do not); and in a last message that is to be continued.
    mutating func dropPastReasoning() {
        let loop = lastIndex { $0.role == .user } ?? -1
        for index in indices where index != endIndex - 1 && !(index > loop && !self[index].toolCalls.isEmpty) {
            self[index].reasoning = nil
        }
    }
}
