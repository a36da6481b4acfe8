internal import JSON

/// /v1/models and /v1/models/ID, with vLLM's `root` and `max_model_len`.
package struct ModelList: Sendable {
    private let context: ModelContext

    package init(_ context: ModelContext) {
        self.context = context
    }

    /// All served names.
    package var response: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("object", "list")
        writer.key("data")
        writer.beginArray()
        for name in context.names { write(name, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// - Throws: 404 for a name that is not served.
    package func response(for name: String) throws(APIError) -> [UInt8] {
        var writer = JSONWriter()
        write(try context.resolve(model: name), to: &writer)
        return writer.bytes
    }

    private func write(_ name: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", name)
        writer.field("object", "model")
        writer.field("created", context.created)
        writer.field("owned_by", "apus")
        writer.field("root", context.root)
        writer.key("parent")
        writer.null()
        writer.field("max_model_len", context.maxModelLength)
        writer.key("permission")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
    }
}
