internal import JSON
internal import Synchronization

/// The calls that are running, by their ids, so that other requests can speak to them.
package final class RunningCompletions: Sendable {
    private let calls = Mutex<[String: [ObjectIdentifier: @Sendable () -> Void]]>([:])

    package init() {}

    /// - Parameters:
    ///   - call: removes itself at its end.
    ///   - endReasoning: must not keep the call alive.
    func add(_ call: AnyObject, under names: Set<String>, endReasoning: @escaping @Sendable () -> Void) {
        let key = ObjectIdentifier(call)
        calls.withLock { calls in
            for name in names { calls[name, default: [:]][key] = endReasoning }
        }
    }

    func remove(_ call: AnyObject, under names: Set<String>) {
        let key = ObjectIdentifier(call)
        calls.withLock { calls in
            for name in names {
                calls[name]?[key] = nil
                if calls[name]?.isEmpty == true { calls[name] = nil }
            }
        }
    }

    /// llama.cpp's /v1/chat/completions/control: `{"id": …, "action": "reasoning_end"}` closes the reasoning of a running
    /// completion at its next token. The id is the response's, or the request's own.
    ///
    /// - Throws: 404 for a completion that does not run.
    package func control(body: [UInt8]) throws(APIError) -> [UInt8] {
        let fields = try FieldReader(body: body)
        let id = try fields.requiredString("id")
        let action = try fields.requiredString("action")
        guard action == "reasoning_end" else {
            throw fields.invalid("action", "must be 'reasoning_end', not '\(action)'.")
        }
        let ends = calls.withLock { $0[id].map { Array($0.values) } ?? [] }
        guard !ends.isEmpty else {
            throw APIError(
                status: 404, type: "invalid_request_error", message: "No completion '\(id)' is running.", param: "id",
                code: "completion_not_found")
        }
        for end in ends { end() }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("success")
        writer.value(true)
        writer.endObject()
        return writer.bytes
    }
}
