internal import JSON

/// The routes about responses that are not about making one.
package struct ResponseRoutes: Sendable {
    private let context: ModelContext
    private let store: ResponseStore

    package init(_ context: ModelContext, store: ResponseStore) {
        self.context = context
        self.store = store
    }

    /// GET /v1/responses/ID.
    package func response(_ id: String) throws(APIError) -> [UInt8] {
        try find(id).body
    }

    /// DELETE /v1/responses/ID.
    package func delete(_ id: String) throws(APIError) -> [UInt8] {
        guard store.remove(id) else { throw .responseNotFound(id) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("id", id)
        writer.field("object", "response.deleted")
        writer.key("deleted")
        writer.value(true)
        writer.endObject()
        return writer.bytes
    }

    /// POST /v1/responses/ID/cancel: OpenAI cancels only responses of the background, which there are none of here.
    package func cancel(_ id: String) throws(APIError) -> [UInt8] {
        _ = try find(id)
        throw .invalidRequest(
            "Cannot cancel a synchronous response: close the connection that it comes by.", param: "response_id")
    }

    /// GET /v1/responses/ID/input_items.
    ///
    /// - Parameters:
    ///   - limit: most items, 1 to 100; nil: 20.
    ///   - order: `asc` or `desc`; nil: `desc`.
    ///   - after: id of the item before the first one.
    package func inputItems(
        _ id: String, limit: String?, order: String?, after: String?
    ) throws(APIError) -> [UInt8] {
        guard let count = Int(limit ?? "20"), (1...100).contains(count) else {
            throw .invalidRequest("'limit' must be from 1 to 100, not '\(limit ?? "")'.", param: "limit")
        }
        guard ["asc", "desc"].contains(order ?? "desc") else {
            throw .invalidRequest("'order' must be 'asc' or 'desc', not '\(order ?? "")'.", param: "order")
        }
        var items = try find(id).input
        if order != "asc" { items.reverse() }
        if let after {
            guard let place = items.firstIndex(where: { $0.id == after }) else {
                throw .invalidRequest("'after' must be the id of an item, not '\(after)'.", param: "after")
            }
            items.removeFirst(place + 1)
        }
        return list(items.prefix(count), hasMore: items.count > count)
    }

    /// POST /v1/responses/input_tokens.
    package func inputTokens(body: [UInt8]) throws(APIError) -> [UInt8] {
        let fields = try FieldReader(body: body)
        let request = try ResponsesRequest(fields, id: "resp_0", defaults: context.defaults, store: store)
        let count = try request.chat.decode { fields throws(APIError) in try context.promptTokens(fields).count }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("object", "response.input_tokens")
        writer.field("input_tokens", count)
        writer.endObject()
        return writer.bytes
    }

    private func find(_ id: String) throws(APIError) -> StoredResponse {
        guard let response = store[id] else { throw .responseNotFound(id) }
        return response
    }

    private func list(_ items: ArraySlice<ResponseItem>, hasMore: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("object", "list")
        writer.key("data")
        writer.beginArray()
        for item in items { item.write(to: &writer, context.tokenizer) }
        writer.endArray()
        writer.key("first_id")
        writer.value(optional: items.first?.id)
        writer.key("last_id")
        writer.value(optional: items.last?.id)
        writer.key("has_more")
        writer.value(hasMore)
        writer.endObject()
        return writer.bytes
    }
}

extension APIError {
    fileprivate static func responseNotFound(_ id: String) -> APIError {
        APIError(
            status: 404, type: "invalid_request_error",
            message:
                "Response with id '\(id)' not found: responses are kept in memory once they are complete, the latest "
                + "ones alone, and not those with 'store' false.", param: "response_id")
    }
}
