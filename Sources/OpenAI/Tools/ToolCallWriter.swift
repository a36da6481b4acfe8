internal import JSON

/// Writes calls as chat completions have them: `tool_calls`, or `function_call` for requests with `functions`.
struct ToolCallWriter: Sendable {
    let isLegacy: Bool

    /// The members of a message; none where there are no calls.
    func write(_ calls: [ToolCallDelta], to writer: inout JSONWriter) {
        guard let first = calls.first else { return }
        if isLegacy {
            writer.key("function_call")
            writeFunction(first, to: &writer)
        } else {
            writer.key("tool_calls")
            writer.beginArray()
            for call in calls { write(call, index: nil, to: &writer) }
            writer.endArray()
        }
    }

    /// The members of a chunk's delta.
    func write(deltas: [ToolCallDelta], to writer: inout JSONWriter) {
        if isLegacy {
            guard let first = deltas.first(where: { $0.index == 0 }) else { return }
            writer.key("function_call")
            writeFunction(first, to: &writer)
        } else {
            writer.key("tool_calls")
            writer.beginArray()
            for delta in deltas { write(delta, index: delta.index, to: &writer) }
            writer.endArray()
        }
    }

    func finishReason(_ reason: OutputDelta.Ending.Reason) -> String {
        isLegacy && reason == .toolCalls ? "function_call" : reason.rawValue
    }

    private func write(_ call: ToolCallDelta, index: Int?, to writer: inout JSONWriter) {
        writer.beginObject()
        if let index { writer.field("index", index) }
        if let id = call.id {
            writer.field("id", id)
            writer.field("type", "function")
        }
        writer.key("function")
        writeFunction(call, to: &writer)
        writer.endObject()
    }

    private func writeFunction(_ call: ToolCallDelta, to writer: inout JSONWriter) {
        writer.beginObject()
        if let name = call.name { writer.field("name", name) }
        writer.field("arguments", call.arguments)
        writer.endObject()
    }
}
